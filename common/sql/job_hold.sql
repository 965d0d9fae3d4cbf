-- Nobody changes a job, or is given it instead of a new one, before this transaction ends; with our fence only.    -> id
select id from kaquan.job where id = $1 and lease_fence = $2 and state = 'running' for update
