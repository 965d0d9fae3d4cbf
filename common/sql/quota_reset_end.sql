-- What WeChat answered to a reset.
update kaquan.quota_reset set errcode = $2 where id = $1
