-- Gives a job back untouched.
update kaquan.job
   set state = 'queued', run_at = now(), attempts = attempts - 1, lease_owner = null, lease_until = null
 where id = $1 and lease_fence = $2 and state = 'running'
