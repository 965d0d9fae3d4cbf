-- The answer named the stored value again, if the lease is still ours: that extends an access_token as far as the answer
-- proves, and never an api_ticket.    -> epoch
with life as (
    select c.account_id, c.kind, c.epoch, to_timestamp($4) as started,
        case when c.kind = 'access_token' then greatest(c.valid_until, kaquan.wx_after(to_timestamp($4), $5::float8 - 60))
             else least(c.valid_until, kaquan.wx_after(to_timestamp($4), $5::float8)) end as valid_until
      from kaquan.credential c
      where c.account_id = $1 and c.kind = $2 and c.lease_fence = $3 and c.lease_owner is not null
      for update
), known as (
    update kaquan.credential_history h set valid_until = l.valid_until
      from life l where (h.account_id, h.kind, h.epoch) = (l.account_id, l.kind, l.epoch)
)
update kaquan.credential c set
    confirmed_at = l.started, fetched_at = l.started, valid_until = l.valid_until,
    suspect_epoch = case when c.kind = 'access_token' then null else c.suspect_epoch end,
    force_wanted = false, next_try_at = null, fail_streak = 0, breaker = 'closed', breaker_until = null,
    last_class = 'ok', last_errcode = 0, last_text = null, last_host = c.lease_owner,
    lease_owner = null, lease_until = null
  from life l where c.account_id = l.account_id and c.kind = l.kind
  returning c.epoch
