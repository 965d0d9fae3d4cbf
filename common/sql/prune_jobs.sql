-- Forgets finished jobs after site.keep_finished_jobs; so many at once, asked again until none is left.
delete from kaquan.job where ctid = any (array(
  select j.ctid from kaquan.job j, kaquan.site s
   where j.state in ('done', 'failed', 'cancelled') and j.finished_at < now() - s.keep_finished_jobs
   limit 50000 for update of j skip locked))
