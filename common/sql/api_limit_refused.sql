-- WeChat refused with 45009: the limit is used up. It is what WeChat said it was, else at least what we called before this one.
insert into kaquan.api_limit as l (account_id, endpoint, daily_limit, source, day, used, counted)
  select u.account_id, u.endpoint, u.calls - 1, 'refused', u.day, u.calls - 1, u.calls
    from kaquan.api_usage u where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now())
  on conflict (account_id, endpoint) do update
    set daily_limit = case l.source when 'asked' then l.daily_limit else excluded.daily_limit end,
        used = case l.source when 'asked' then l.daily_limit else excluded.used end,
        day = excluded.day, counted = excluded.counted, learnt_at = now()
