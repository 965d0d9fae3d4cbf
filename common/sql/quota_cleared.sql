-- WeChat counts an account's calls ($2: of this interface, null: all) from 0 again: what was stopped for its quota goes on.
with going_on as (
    update kaquan.api_usage u set stopped_until = null, stopped_class = null, fail_streak = 0
     where u.account_id = $1 and u.stopped_class = 'quota' and ($2::text is null or u.endpoint = $2)
)
update kaquan.api_limit l set used = 0, day = kaquan.wx_day(now()), learnt_at = now(),
    counted = coalesce((select u.calls from kaquan.api_usage u
                         where (u.account_id, u.endpoint, u.day) = (l.account_id, l.endpoint, kaquan.wx_day(now()))), 0)
 where l.account_id = $1 and ($2::text is null or l.endpoint = $2)
