-- Today's calls against their limits; $1: of the account with this key only.
select a.key as account, q.endpoint, q.calls, q.used, q.daily_limit, q.source, case when q.left_for_jobs < 0 then 0 else q.left_for_jobs end as left_for_jobs,
       case when q.left_for_jobs < 0 then -q.left_for_jobs end as over_for_jobs,
       round(q.per_hour::numeric, 1) as per_hour, date_trunc('second', q.reached_at) as reached_at,
       case when q.stopped_until > now() then q.stopped_class end as stopped,
       case when isfinite(q.stopped_until) and q.stopped_until > now() then date_trunc('second', q.stopped_until) end as stopped_until,
       q.refusals
  from kaquan.quota_status q join kaquan.account a on a.id = q.account_id
 where $1::text is null or a.key = $1
 order by q.used / nullif(q.daily_limit, 0)::float8 desc nulls last, q.calls desc, a.key, q.endpoint
