-- Claims, adds and entries of a template by minute, hour or day ($2) of the event's zone, newest first, at most $3; of the days or
-- moments from $4 to $5, which a day belongs to as a whole; null: open at that end.
select date_trunc($2, m.minute, s.event_zone) at time zone s.event_zone as time, sum(m.claims) as claims, sum(m.adds) as adds,
       sum(m.entries) as entries, sum(m.signed) as signed
  from kaquan.stat_minute m join kaquan.template t on t.id = m.template_id, kaquan.site s
 where t.key = $1 and m.minute >= coalesce((select kaquan.typed_time($4)), '-infinity')
   and m.minute < coalesce((select kaquan.typed_time($5, case when $5 ~ ':' then interval '0' else '1 day' end)), 'infinity')
 group by 1 order by 1 desc limit $3
