-- Says how far a job is and keeps its lease.    -> nothing; no hit: somebody else runs it now, or it was cancelled
update kaquan.job
   set progress_done = $3, progress_total = nullif($4, 0), lease_until = now() + make_interval(secs => $5)
 where id = $1 and lease_fence = $2 and state = 'running'
