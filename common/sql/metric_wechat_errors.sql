-- Refusals by WeChat, by errcode, as the quota ledger has them.
select r.errcode, sum(r.count::bigint) as value
  from kaquan.api_usage u, jsonb_each_text(u.refusals) r (errcode, count)
 group by r.errcode order by r.errcode::bigint
