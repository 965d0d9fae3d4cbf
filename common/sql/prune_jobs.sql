-- Forgets finished jobs after site.keep_finished_jobs.
delete from kaquan.job j using kaquan.site s
 where j.state in ('done', 'failed', 'cancelled') and j.finished_at < now() - s.keep_finished_jobs
