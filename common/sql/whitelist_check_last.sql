-- The last whitelist check of an account from a host.    -> address, outcome, errcode, text, checked_at
select w.address, w.outcome, w.errcode, w.text, w.checked_at from kaquan.whitelist_check w
 where w.account_id = $1 and w.host = $2 order by w.id desc limit 1
