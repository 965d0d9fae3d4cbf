-- Forgets the log of finished jobs after site.keep_job_log; with a job its log goes anyway.
delete from kaquan.job_log l using kaquan.job j, kaquan.site s
 where j.id = l.job_id and j.state in ('done', 'failed', 'cancelled') and l.at < now() - s.keep_job_log
