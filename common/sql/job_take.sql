-- Takes the next ready job for a host, or one whose lease ran out: credentials first, all else stands on them; then what
-- people wait for. Kinds that call WeChat are left to others while the whitelist refuses this host.
--   -> id, kind, account_id, template_id, fence, attempts, params
update kaquan.job j
   set state = 'running', lease_owner = $1, lease_fence = j.lease_fence + 1, lease_until = now() + make_interval(secs => $4),
       attempts = j.attempts + 1, started_at = now(), progress_done = null, progress_total = null
 where j.id = (
   select q.id from kaquan.job q
    where (q.state = 'queued' and q.run_at <= now() or q.state = 'running' and q.lease_until < now())
      and ($3::text is null or q.kind = $3)
      and not (q.kind = any (string_to_array($2, ' '))
               and exists (select from kaquan.host_block b
                            where b.account_id = q.account_id and b.host = $1 and b.until_at > now()))
    order by q.kind <> 'credential_refresh', q.kind <> 'wechat_ask', q.run_at, q.id
    limit 1 for update skip locked)
returning j.id, j.kind, coalesce(j.account_id, 0) as account_id, coalesce(j.template_id, 0) as template_id,
          j.lease_fence as fence, j.attempts, j.params::text as params
