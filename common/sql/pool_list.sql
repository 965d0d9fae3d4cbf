-- The pools, or those with fewer than $1 cards ready.
select p.template, p.account, p.title, p.status, p.paused, p.ready, p.wanted, p.stock_left,
       round(p.per_minute::numeric, 1) as per_minute,
       round((p.ready / nullif(p.per_minute, 0))::numeric) as minutes_left, p.epoch,
       case when isfinite(p.usable_until) then date_trunc('second', p.usable_until) end as usable_until
  from kaquan.pool_status p
 where $1::bigint is null or p.ready < $1
 order by p.template
