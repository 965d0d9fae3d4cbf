-- The reset of an account that waits is about to be sent.    -> id, interface (null: all), or no row
update kaquan.quota_reset set sent_at = now(), month = date_trunc('month', kaquan.wx_day(now()))::date
 where account_id = $1 and sent_at is null
returning id, interface
