-- Ends an attempt badly: queued again after $7 seconds ($6), or failed; then it is not planned again before those passed.
update kaquan.job
   set state = case when $6::boolean then 'queued' else 'failed' end,
       run_at = now() + make_interval(secs => $7),
       error_class = $3, errcode = nullif($4, 0), error_text = $5,
       finished_at = case when $6::boolean then null else clock_timestamp() end, lease_owner = null, lease_until = null
 where id = $1 and lease_fence = $2 and state = 'running'
