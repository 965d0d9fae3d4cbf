-- Counts claims, adds and entries of the last $1 seconds again.    -> changed
select kaquan.stat_sum($1) as changed
