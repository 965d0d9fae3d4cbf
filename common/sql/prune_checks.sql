-- Forgets whitelist checks after site.keep_checks, but for the last of each account and host.
delete from kaquan.whitelist_check w using kaquan.site s
 where w.checked_at < now() - s.keep_checks
   and w.id < (select max(x.id) from kaquan.whitelist_check x where x.account_id = w.account_id and x.host = w.host)
