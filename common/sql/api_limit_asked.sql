-- WeChat said an interface's daily limit ($3; 0: it has none) and how much of it is used ($4).
with gone as (
    delete from kaquan.api_limit l where l.account_id = $1 and l.endpoint = $2 and $3::bigint = 0
)
insert into kaquan.api_limit (account_id, endpoint, daily_limit, source, day, used, counted)
  select $1, $2, $3, 'asked', kaquan.wx_day(now()), $4::bigint,
         coalesce((select u.calls from kaquan.api_usage u
                    where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now())), 0)
   where $3 > 0
  on conflict (account_id, endpoint) do update
    set daily_limit = excluded.daily_limit, source = 'asked', day = excluded.day, used = excluded.used,
        counted = excluded.counted, learnt_at = now()
