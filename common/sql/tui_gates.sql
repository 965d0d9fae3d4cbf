-- The rule of each template (null: no limit; moments in the event's zone), its entries of the day, and of each of the last 30
-- minutes ("-": not known).
--   -> template, entries, per_day, per_gate, first_at, last_at, hours, exits, today, per_minute, minutes
select r.template_key as template, r.entries, r.per_day, r.per_gate,
       r.first_at at time zone r.zone as first_at, r.last_at at time zone r.zone as last_at,
       to_char(r.opens, 'HH24:MI-') || to_char(r.closes, 'HH24:MI') as hours,
       concat_ws(' ', nullif(array_to_string(r.exit_gates, ','), ''), case when r.exits_count then 'count' end) as exits,
       (select sum(m.entries) from kaquan.stat_minute m
         where m.template_id = r.template_id and m.minute >= date_trunc('day', now() at time zone r.zone) at time zone r.zone) as today,
       (select m.entries from kaquan.stat_minute m
         where m.template_id = r.template_id and m.minute < date_trunc('minute', now())
           and m.minute >= date_trunc('minute', now()) - interval '3 min'
         order by m.minute desc limit 1) as per_minute,
       (select string_agg(coalesce(m.entries::text, '-'), ' ' order by g.minute)
          from generate_series(date_trunc('minute', now()) - interval '30 min',
                               date_trunc('minute', now()) - interval '1 min', interval '1 min') as g (minute)
          left join kaquan.stat_minute m on m.template_id = r.template_id and m.minute = g.minute) as minutes
  from kaquan.gate_rule r
 order by r.template_key
 limit 200
