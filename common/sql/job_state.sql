-- What became of a job.    -> state
select state from kaquan.job where id = $1
