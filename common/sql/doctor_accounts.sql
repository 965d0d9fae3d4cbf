-- Each account: what is wrong with it first, seen from host $1; values in {}.    -> key, state, found, cure
select a.key, v.state, v.found, v.cure
  from kaquan.account a
  left join kaquan.credential t on t.account_id = a.id and t.kind = 'access_token'
  left join kaquan.credential k on k.account_id = a.id and k.kind = 'api_ticket'
  left join lateral (select w.outcome, w.address from kaquan.whitelist_check w
                      where w.account_id = a.id and w.host = $1 order by w.id desc limit 1) w on true
  cross join lateral (select
    case when not a.enabled then 'warn' when not a.has_secret then 'fail' when w.outcome = 'refused' then 'fail'
         when t.breaker = 'open' or k.breaker = 'open' then 'fail'
         when t.valid_until is null or k.valid_until is null then 'warn'
         when least(t.valid_until, k.valid_until) < now() then 'fail' when w.outcome is null then 'warn' else 'ok' end as state,
    case when not a.enabled then format('disabled') when not a.has_secret then format('has no AppSecret')
         when w.outcome = 'refused' then format('WeChat refuses this host, address {%s}', coalesce(w.address, 'unknown'))
         when t.breaker = 'open' or k.breaker = 'open' then format('WeChat refused too often: {%s}', coalesce(t.last_text, k.last_text))
         when t.valid_until is null or k.valid_until is null then format('has no tokens yet')
         when least(t.valid_until, k.valid_until) < now() then format('its tokens are over')
         when w.outcome is null then format('the whitelist was not checked from here')
         else format('tokens live for {%s}', date_trunc('second', least(t.valid_until, k.valid_until) - now())) end as found,
    case when not a.enabled then 'kaquan-worker account enable ' || a.key
         when not a.has_secret then 'kaquan-worker account set-secret ' || a.key
         when w.outcome = 'refused' then format('add the address to the IP whitelist in WeChat''s console')
         when t.breaker = 'open' or k.breaker = 'open' then 'kaquan-worker credential list; kaquan-worker account set-secret ' || a.key
         when t.valid_until is null or k.valid_until is null or least(t.valid_until, k.valid_until) < now()
           then 'kaquan-worker run; kaquan-worker credential list'
         else 'kaquan-worker ip check ' || a.key end as cure) v
 order by a.key
