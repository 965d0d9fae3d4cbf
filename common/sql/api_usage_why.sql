-- Why was a call not allowed?    -> class (or `reserve`), seconds (until it is again; null: an operator must act)
select 'host' as class, extract(epoch from b.until_at - now())::float8 as seconds
  from kaquan.host_block b where b.account_id = $1 and b.host = $3 and b.until_at > now()
union all
select u.stopped_class, extract(epoch from nullif(u.stopped_until, 'infinity') - now())::float8
  from kaquan.api_usage u
  where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now()) and u.stopped_until > now()
union all
select 'reserve', extract(epoch from kaquan.wx_scaled(kaquan.wx_day_left()))::float8
  from kaquan.api_usage u
  where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now()) and kaquan.api_left_for_jobs(u) <= 0
