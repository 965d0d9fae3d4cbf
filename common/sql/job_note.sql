-- A line of a job's log.
insert into kaquan.job_log (job_id, level, text) values ($1, $2, $3)
