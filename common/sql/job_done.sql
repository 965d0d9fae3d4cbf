-- Ends a job well, with our fence only.
update kaquan.job
   set state = 'done', result = $3, finished_at = clock_timestamp(), lease_owner = null, lease_until = null,
       error_class = null, errcode = null, error_text = null
 where id = $1 and lease_fence = $2 and state = 'running'
