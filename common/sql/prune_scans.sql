-- Forgets refused scans after site.keep_refused_scans; entries are the ticket's for ever.
delete from kaquan.ticket_scan c using kaquan.site s
 where c.at < now() - s.keep_refused_scans and c.verdict > 'left'
