-- How full is every pool, the emptiest first, and how many cards went in the last minute that was summed, and in each of
-- the last 30 ("-": not known)?
--   -> key, title, account, status, paused, ready, wanted, low, epoch, life_s (null: no cards), per_minute (null), minutes
select s.template as key, s.title, s.account, s.status, s.paused, s.ready, s.wanted, s.pool_low as low,
       coalesce(s.epoch, 0) as epoch,
       case when s.slot is not null and isfinite(s.usable_until)
            then extract(epoch from s.usable_until - clock_timestamp())::float8 end as life_s,
       (select m.claims from kaquan.stat_minute m
         where m.template_id = s.template_id and m.minute < date_trunc('minute', now())
           and m.minute >= date_trunc('minute', now()) - interval '3 min'
         order by m.minute desc limit 1) as per_minute,
       (select string_agg(coalesce(m.claims::text, '-'), ' ' order by g.minute)
          from generate_series(date_trunc('minute', now()) - interval '30 min',
                               date_trunc('minute', now()) - interval '1 min', interval '1 min') as g (minute)
          left join kaquan.stat_minute m on m.template_id = s.template_id and m.minute = g.minute) as minutes
  from kaquan.pool_status s
 order by s.status <> 'approved', s.ready / greatest(s.wanted, 1)::float8, s.template
 limit 200
