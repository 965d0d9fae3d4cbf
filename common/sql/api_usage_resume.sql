-- An endpoint that was stopped for an account goes on.
update kaquan.api_usage set stopped_until = null, stopped_class = null, fail_streak = 0
 where account_id = $1 and endpoint = $2 and day = kaquan.wx_day(now())
