-- Forgets pushes after site.keep_events; steps of a ticket that is not known here after site.keep_kept_events. New and coded
-- ones are still to be applied. So many at once, asked again until none is left.
delete from kaquan.wx_event where ctid = any (array(
  select e.ctid from kaquan.wx_event e, kaquan.site s
   where e.state in ('applied', 'repeat', 'unread', 'kept')
     and e.received_at < now() - least(s.keep_events, s.keep_kept_events)
     and e.received_at < now() - case when e.state = 'kept' and e.step is not null then s.keep_kept_events
                                      else s.keep_events end
   limit 50000 for update of e skip locked))
