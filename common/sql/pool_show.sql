-- How the pool of a template stands, and when what ends.
select p.template, p.title, p.state, p.sale, p.ready, p.wanted, p.pool_low, round(p.per_minute::numeric, 1) as per_minute,
       date_trunc('second', p.empty_at) as empty_at, p.epoch, date_trunc('second', p.epoch_ends_at) as epoch_ends_at,
       p.code_source as codes, p.codes_left, p.stock_left, date_trunc('second', p.stock_ends_at) as stock_ends_at
  from kaquan.pool_forecast p
 where p.template_id = $1
