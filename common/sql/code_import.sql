-- Takes the codes that wait over, all of them.    -> taken (null: nothing was done, one is there already)
select kaquan.code_import($1) as taken
