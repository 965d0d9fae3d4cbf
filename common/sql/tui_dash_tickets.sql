-- Claims, adds and entries: today and until the same hour yesterday, in the last hour, and in each of the last 24 hours ("-": not
-- known). Days are those of the event's zone; what is summed already is read, no ticket is counted.
--   -> what, today, last_hour, change (against yesterday: "+8%"; null: not known), hours
with clock as materialized (
    select now() as now, date_trunc('day', now(), s.event_zone) as day, date_trunc('hour', now(), s.event_zone) as hour,
           s.event_zone as zone from kaquan.site s
), minute as materialized (
    select g.minute, date_trunc('hour', g.minute, c.zone) as hour, w.what, w.amount
      from clock c cross join lateral (
           select m.minute, sum(m.claims) as claims, sum(m.adds) as adds, sum(m.entries) as entries
             from kaquan.template t cross join lateral ( -- offset 0: two days of each template by its index, not all years
                  select s.* from kaquan.stat_minute s where s.template_id = t.id and s.minute >= c.day - interval '1 d' offset 0) m
            group by m.minute) g
      cross join lateral (values ('claims', g.claims), ('adds', g.adds), ('entries', g.entries)) w (what, amount)
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
