-- Forgets drifts so long after their repair as site.keep_events says; so many at once, asked again until none is left.
delete from kaquan.ticket_drift where ctid = any (array(
  select d.ctid from kaquan.ticket_drift d, kaquan.site s where d.repaired_at < now() - s.keep_events
   limit 50000 for update of d skip locked))
