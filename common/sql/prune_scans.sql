-- Forgets refused scans after site.keep_refused_scans; entries are the ticket's for ever. So many at once, asked again until
-- none is left.
delete from kaquan.ticket_scan where ctid = any (array(
  select c.ctid from kaquan.ticket_scan c, kaquan.site s
   where c.at < now() - s.keep_refused_scans and c.verdict > 'left' limit 50000))
