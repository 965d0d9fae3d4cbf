-- The pools by what ends first: their cards, their epoch (which brings a fill of its own) or their stock.
--   -> key, title, state, ready, wanted, per_hour, empty_s (null: not within a year), epoch_s, stock_s, stock_left
select p.template as key, p.title, p.state, p.ready, p.wanted, round(p.per_minute * 60)::bigint as per_hour,
       extract(epoch from p.empty_at - clock_timestamp())::float8 as empty_s,
       extract(epoch from p.epoch_ends_at - clock_timestamp())::float8 as epoch_s,
       extract(epoch from p.stock_ends_at - clock_timestamp())::float8 as stock_s, p.stock_left
  from kaquan.pool_forecast p join kaquan.template t on t.id = p.template_id and not t.bind_openid
 where p.status = 'approved'
 order by array_position(array['empty', 'low', 'no stock', 'open', 'sold out', 'paused', 'before sale', 'after sale', 'ended'], p.state),
          least(p.empty_at, p.stock_ends_at), p.ready::float8 / nullif(p.wanted, 0), p.template
 limit 30
