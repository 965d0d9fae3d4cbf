-- Counts a call before it is made. No row: this endpoint ($4: or this host, for this account) is stopped, or what is left of the
-- day's limit is for people ($5: a person calls).    -> fail_streak, wechat_now
insert into kaquan.api_usage as u (account_id, endpoint, day, calls)
  select $1, $2, kaquan.wx_day(now()), 1
    where not exists (select from kaquan.host_block b where b.account_id = $1 and b.host = $3 and b.until_at > now() and $4)
  on conflict (account_id, endpoint, day) do update set calls = u.calls + 1
    where not ($4 and u.stopped_until > now()) is true
      and not ($4 and not $5 and kaquan.api_left_for_jobs(u) <= 0) is true
  returning u.fail_streak, kaquan.wx_seconds(now()) as wechat_now
