-- Forgets pushes after site.keep_events, but for those that may still be applied.
delete from kaquan.wx_event e using kaquan.site s
 where e.received_at < now() - s.keep_events and e.state in ('applied', 'repeat', 'unread')
