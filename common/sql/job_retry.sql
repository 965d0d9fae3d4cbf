-- Queues a failed or cancelled job again, unless one like it is open; one that waits for its next try begins now.
with again as (
  update kaquan.job j
     set state = 'queued', run_at = now(), attempts = case when j.state = 'queued' then j.attempts else 0 end, finished_at = null
   where j.id = $1 and (j.state in ('failed', 'cancelled') or j.state = 'queued' and j.run_at > now())
     and not exists (select from kaquan.job o where o.id <> j.id and o.kind = j.kind and o.state in ('queued', 'running')
                       and o.account_id is not distinct from j.account_id
                       and o.template_id is not distinct from j.template_id)
  returning j.kind)
select pg_notify('kaquan_job', a.kind) from again a
