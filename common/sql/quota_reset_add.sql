-- Takes one of the month's 10 resets of an account ($2: who asks). No row: they are used up.    -> id, used (with this one), month
insert into kaquan.quota_reset (account_id, month, person)
  select $1, m.month, $2
    from (select date_trunc('month', kaquan.wx_day(now()))::date as month) m
   where (select count(*) filter (where coalesce(r.errcode, 0) = 0) < 10 and coalesce(bool_and(r.errcode <> 48006), true)
            from kaquan.quota_reset r where r.account_id = $1 and r.month = m.month)
  returning id, month, (select count(*) + 1 from kaquan.quota_reset r
                         where r.account_id = $1 and r.month = date_trunc('month', kaquan.wx_day(now()))
                           and coalesce(r.errcode, 0) = 0) as used
