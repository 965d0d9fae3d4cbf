-- How full is every pool, the emptiest first, when does what of it end at the present rate, how many cards went in the last
-- minute that was summed, and in each of the last 30 ("-": not known)?
--   -> key, title, account, status, paused, state, code_mode, ready, wanted, low, epoch, life_s (null: no cards), per_minute (null),
--      minutes, empty_s, stock_s (null: not within a year), stock_left, codes
select s.template as key, s.title, s.account, s.status, s.paused, s.state, s.code_mode, s.ready, s.wanted, s.pool_low as low,
       s.pool_target as target, coalesce(s.epoch, 0) as epoch,
       case when s.slot is not null then extract(epoch from s.epoch_ends_at - clock_timestamp())::float8 end as life_s,
       (select m.claims from kaquan.stat_minute m
         where m.template_id = s.template_id and m.minute < date_trunc('minute', now())
           and m.minute >= date_trunc('minute', now()) - interval '3 min'
         order by m.minute desc limit 1) as per_minute,
       (select string_agg(coalesce(m.claims::text, '-'), ' ' order by g.minute)
          from generate_series(date_trunc('minute', now()) - interval '30 min',
                               date_trunc('minute', now()) - interval '1 min', interval '1 min') as g (minute)
          left join kaquan.stat_minute m on m.template_id = s.template_id and m.minute = g.minute) as minutes,
       case when s.ready > 0 then extract(epoch from s.empty_at - clock_timestamp())::float8 end as empty_s,
       extract(epoch from s.stock_ends_at - clock_timestamp())::float8 as stock_s, s.stock_left, s.code_source as codes
  from kaquan.pool_forecast s
 order by s.state not in ('open', 'low', 'empty', 'no stock', 'sold out'), s.ready / greatest(s.wanted, 1)::float8, s.template
 limit 200
