-- Claims, adds and entries: today and until the same hour yesterday, in the last hour, and in each of the last 24 hours ("-": not
-- known). Days are those of the event's zone; what is summed already is read, no ticket is counted.
--   -> what, today, last_hour, change (against yesterday: "+8%"; null: not known), hours
with clock as materialized (
    select now() as now, date_trunc('day', now(), s.event_zone) as day, date_trunc('hour', now(), s.event_zone) as hour,
           s.event_zone as zone from kaquan.site s
), minute as materialized (
    select m.minute, date_trunc('hour', m.minute, c.zone) as hour, w.what, sum(w.amount) as amount
      from clock c cross join kaquan.template t
      join kaquan.stat_minute m on m.template_id = t.id and m.minute >= c.day - interval '1 d'
      cross join lateral (values ('claims', m.claims), ('adds', m.adds), ('entries', m.entries)) w (what, amount)
     group by 1, 2, 3
), hour as materialized (
    select m.what, m.hour, sum(m.amount) as amount from minute m group by 1, 2
)
select w.what, coalesce(w.today, 0) as today, coalesce(w.last_hour, 0) as last_hour,
       to_char(100 * (coalesce(w.today, 0) / nullif(w.yesterday, 0) - 1), 'FMSG9990') || '%' as change,
       (select string_agg(coalesce(h.amount::text, '-'), ' ' order by g.hour)
          from generate_series(c.hour - interval '23 h', c.hour, '1 h') g (hour)
          left join hour h on h.hour = g.hour and h.what = w.what) as hours
  from clock c cross join lateral (
       select k.place, k.what, sum(m.amount) filter (where m.minute >= c.day) as today,
              sum(m.amount) filter (where m.minute < c.now - interval '1 d') as yesterday,
              sum(m.amount) filter (where m.minute >= c.now - interval '1 h') as last_hour
         from (values (1, 'claims'), (2, 'adds'), (3, 'entries')) k (place, what) left join minute m on m.what = k.what
        group by k.place, k.what) w
 order by w.place
