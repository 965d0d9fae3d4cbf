-- Claims, adds and entries of a template by minute, hour or day ($2) of the event's zone, newest first, at most $3.
select date_trunc($2, m.minute, s.event_zone) at time zone s.event_zone as time, sum(m.claims) as claims, sum(m.adds) as adds,
       sum(m.entries) as entries, sum(m.signed) as signed
  from kaquan.stat_minute m join kaquan.template t on t.id = m.template_id, kaquan.site s
 where t.key = $1 group by 1 order by 1 desc limit $3
