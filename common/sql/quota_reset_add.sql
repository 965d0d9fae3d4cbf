-- Takes one of the month's 10 resets of an account ($2: who asks; $3: for this interface, null: for all), unless one waits for
-- the worker already. No row: they are used up.    -> used (with this one), other: what waits is for something else
with waiting as (select r.interface from kaquan.quota_reset r where r.account_id = $1 and r.sent_at is null),
past as (
  select m.month, count(r.id) filter (where coalesce(r.errcode, 0) = 0) as used, coalesce(bool_or(r.errcode = 48006), false) as refused
    from (select date_trunc('month', kaquan.wx_day(now()))::date as month) m
    left join kaquan.quota_reset r on r.account_id = $1 and r.month = m.month
   group by m.month),
taken as (
  insert into kaquan.quota_reset (account_id, month, person, interface)
  select $1, p.month, $2, $3 from past p where not exists (select from waiting) and p.used < 10 and not p.refused
  returning 1)
select p.used + (select count(*) from taken) as used,
       exists (select from waiting w where w.interface is distinct from $3) as other
  from past p where exists (select from waiting) or exists (select from taken)
