-- The keys of the accounts; where there is one only, nobody needs to name it.    -> key
select key from kaquan.account order by key limit 2
