-- The log of a job.
select date_trunc('milliseconds', l.at) as at, l.level, l.text from kaquan.job_log l where l.job_id = $1 order by l.at
