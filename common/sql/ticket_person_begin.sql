-- Where the look at new tickets begins, and the database's time.    -> begins, now (texts; begins null: no ticket at all)
select (case when m.seen_until = '-infinity' then (select min(t.claimed_at) from kaquan.ticket t)
             else m.seen_until - interval '10 min' end)::text as begins, now()::text as now
  from kaquan.ticket_person_mark m
