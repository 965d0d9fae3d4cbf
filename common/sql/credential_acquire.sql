-- Takes the lease of a credential that is due ($4: even if not): this UPDATE is the check, and spends the budget. No row:
-- nothing to do here.    -> the lease, what is stored, and what a call needs
update kaquan.credential c set
    lease_owner = $3,
    lease_fence = c.lease_fence + 1,
    lease_until = now() + interval '30 s',
    budget_day = kaquan.wx_day(now()),
    budget_used = case when c.budget_day = kaquan.wx_day(now()) then c.budget_used else 0 end + 1,
    forced_used = case when c.budget_day = kaquan.wx_day(now()) then c.forced_used else 0 end
                  + case when c.force_wanted then 1 else 0 end,
    breaker = case when c.breaker = 'open' then 'half_open' else c.breaker end
  from kaquan.account a
  where c.account_id = $1 and c.kind = $2 and a.id = c.account_id
    and (kaquan.credential_due_at(c) <= now() or $4)
    and kaquan.credential_hindrance(c, $3) is null
  returning c.lease_fence, c.epoch, c.sealed, c.fail_streak,
    c.force_wanted and c.forced_used <= 3 and a.token_mode = 'stable' as force,
    extract(epoch from now())::float8 as started, kaquan.wx_seconds(now()) as wechat_now,
    a.appid, a.secret, a.token_mode, a.api_base
