-- The pools, or those with fewer than $1 cards ready.
select p.template, p.account, p.title, p.status, p.paused, p.ready, p.wanted, p.stock_left,
       round(p.per_minute::numeric, 1) as per_minute,
       round((p.ready / nullif(p.per_minute, 0))::numeric) as minutes_left, p.epoch,
       date_trunc('second', p.epoch_ends_at) as usable_until, p.state,
       date_trunc('second', p.empty_at) as empty_at, date_trunc('second', p.stock_ends_at) as stock_ends_at, p.sale
  from kaquan.pool_forecast p
 where $1::bigint is null or p.ready < $1
 order by p.template
