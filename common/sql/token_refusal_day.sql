-- Accounts whose tokens were refused before their end within 24 hours of WeChat's time.    -> key, tokens, errcode, endpoint, last_at
select a.key, count(distinct r.epoch) as tokens, date_trunc('second', max(r.last_at)) as last_at,
       (array_agg(r.errcode order by r.last_at desc))[1] as errcode, (array_agg(r.endpoint order by r.last_at desc))[1] as endpoint
  from kaquan.token_refusal r join kaquan.account a on a.id = r.account_id
 where r.last_at > now() - kaquan.wx_scaled(86400)
 group by a.key order by a.key
