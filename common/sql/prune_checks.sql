-- Keeps the last hundred whitelist checks of each account and host.
delete from kaquan.whitelist_check w
 where w.id <= (select x.id from kaquan.whitelist_check x
                 where x.account_id = w.account_id and x.host = w.host order by x.id desc offset 100 limit 1)
