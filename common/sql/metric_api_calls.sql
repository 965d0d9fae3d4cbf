-- Calls to WeChat since midnight in China.
select a.key as account, coalesce(sum(u.calls), 0) as value
  from kaquan.account a
  left join kaquan.api_usage u on u.account_id = a.id and u.day = kaquan.wx_day(now())
 group by a.key order by a.key
