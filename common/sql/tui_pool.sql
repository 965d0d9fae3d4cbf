-- All that is known of the pool of the template with the key $1: how it stands, what ends when, when the next api_ticket is due
-- (null: it is asked for now), and how many cards went in each of the last 60 minutes ("-": not known).
select s.template as key, s.title, s.status, s.paused, s.state, s.sale, s.code_mode, s.ready, s.wanted, s.pool_low as low,
       s.pool_target as target, s.per_minute, s.epoch, s.code_source as codes, s.codes_left, s.stock, s.stock_left,
       s.empty_at, s.epoch_ends_at, s.stock_ends_at,
       extract(epoch from s.empty_at - clock_timestamp())::float8 as empty_s,
       case when s.slot is not null then extract(epoch from s.epoch_ends_at - clock_timestamp())::float8 end as life_s,
       extract(epoch from s.stock_ends_at - clock_timestamp())::float8 as stock_s,
       (select case when isfinite(d.due_at) then extract(epoch from d.due_at - clock_timestamp())::float8 end
          from kaquan.job_due d where d.kind = 'credential_refresh' and d.account_id = s.account_id) as rotation_s,
       s.credential_epoch,
       (select nullif(count(*), 0) from kaquan.code_part p where p.template_id = s.template_id and p.confirmed_at is null)
         as deposits_open,
       (select string_agg(coalesce(m.claims::text, '-'), ' ' order by g.minute)
          from generate_series(date_trunc('minute', now()) - interval '60 min',
                               date_trunc('minute', now()) - interval '1 min', interval '1 min') as g (minute)
          left join kaquan.stat_minute m on m.template_id = s.template_id and m.minute = g.minute) as minutes
  from kaquan.pool_forecast s
 where s.template = $1
