-- Queues a failed or cancelled job again, unless one like it is open.
update kaquan.job j
   set state = 'queued', run_at = now(), attempts = 0, finished_at = null
 where j.id = $1 and j.state in ('failed', 'cancelled')
   and not exists (select from kaquan.job o where o.kind = j.kind and o.state in ('queued', 'running')
                     and o.account_id is not distinct from j.account_id
                     and o.template_id is not distinct from j.template_id)
