-- Accounts before an event day: addresses of all live hosts, api_ticket and its rhythm; values in {}.    -> name, state, found, cure
with host as (
    select distinct h.host from kaquan.worker_heartbeat h where h.beat_at > now() - interval '10 min'
), asked as (
    select a.id, a.key, h.host, w.outcome, w.address, w.checked_at
      from kaquan.account a cross join host h
      left join lateral (select w.outcome, w.address, w.checked_at from kaquan.whitelist_check w
                          where w.account_id = a.id and w.host = h.host order by w.id desc limit 1) w on true
     where a.enabled
)
select 'address for ' || q.key as name,
       case when q.outcome = 'listed' then 'ok' when q.outcome = 'refused' then 'fail' else 'warn' end as state,
       case when q.outcome = 'listed' then format('{%s} is listed', q.host)
            when q.outcome = 'refused' then format('{%s} is refused with {%s}', q.host, coalesce(q.address, 'an unknown address'))
            else format('{%s} was not checked, or without a clear answer', q.host) end as found,
       format('on {%s}: kaquan-worker ip check {%s} --wait', q.host, q.key) as cure
  from asked q
union all
select 'api_ticket of ' || a.key,
       case when k.valid_until is null or k.valid_until <= now() or revoked then 'fail'
            when k.successor_lead_s is null or k.successor_lead_s <= 30 then 'warn' else 'ok' end,
       case when k.valid_until is null then format('there is none yet') when k.valid_until <= now() then format('it is over')
            when revoked then format('its epoch was revoked')
            when k.successor_lead_s is null then format('its rhythm is not known yet: whether cards pause when it changes')
            when k.successor_lead_s <= 30 then format('fixed windows: cards pause for seconds at each change, next at {%s}',
                                                      date_trunc('minute', k.valid_until))
            else format('overlap: the next one comes {%s} s before the end', round(k.successor_lead_s)) end,
       case when k.valid_until is null or k.valid_until <= now() or revoked then 'kaquan-worker run; kaquan-worker credential list'
            when k.successor_lead_s is null then format('let the worker run through one change, up to 2 h')
            else format('tell the backend to show "a moment, please" while card_claim says expired') end
  from kaquan.account a
  join kaquan.credential k on k.account_id = a.id and k.kind = 'api_ticket'
  cross join lateral (select exists (select from kaquan.credential_history h where h.account_id = a.id and h.kind = k.kind
                                        and h.epoch = k.epoch and h.revoked_at is not null)) r (revoked)
 where a.enabled
union all
select 'quota of ' || a.key, case when q.reached_at is null then 'ok' when q.reached_at <= now() then 'fail' else 'warn' end,
       case when q.reached_at is null then format('no limit is reached today at this rate')
            else format('{%s} reaches its limit of {%s} at {%s}', q.endpoint, q.daily_limit, date_trunc('minute', q.reached_at)) end,
       format('kaquan-worker quota list {%s}; in need: kaquan-worker quota reset {%s}', a.key, a.key)
  from kaquan.account a
  left join lateral (select q.* from kaquan.quota_status q where q.account_id = a.id and q.reached_at is not null
                      order by q.reached_at limit 1) q on true
 where a.enabled
