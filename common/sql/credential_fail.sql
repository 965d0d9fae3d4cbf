-- A refresh failed, if the lease is still ours: when to try again ($7 WeChat's seconds; not for this host's own trouble,
-- $9), and whether the breaker opens after $8 failures in a row (0: never). The old value stays.    -> breaker
update kaquan.credential c set
    fail_streak = c.fail_streak + case when $9 then 0 else 1 end,
    next_try_at = case when $9 then c.next_try_at else kaquan.wx_after(now(), $7) end,
    breaker = case when not $9 and $8 > 0 and c.fail_streak + 1 >= $8 then 'open'
                   when c.breaker = 'half_open' then 'open' else c.breaker end,
    breaker_until = case when not $9 and ($8 > 0 and c.fail_streak + 1 >= $8 or c.breaker = 'half_open')
                         then kaquan.wx_after(now(), $7) else c.breaker_until end,
    last_class = $4, last_errcode = $5, last_text = $6, last_host = c.lease_owner,
    lease_owner = null, lease_until = null
  where c.account_id = $1 and c.kind = $2 and c.lease_fence = $3 and c.lease_owner is not null
  returning c.breaker
