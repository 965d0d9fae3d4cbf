-- Every account: how long its tokens live on, today's calls against the limit that is nearest, what is wrong with it. Seconds are
-- ours, not WeChat's.
--   -> key, appid, name, enabled, has_secret, secret_s (its age), token_s, token_age_s, ticket_s (null: none yet), epoch, calls,
--      used, daily_limit (null: no limit is known), listed, state, failing (the class of WeChat's last refusal; null), errcode
select a.key, a.appid, a.name, a.enabled, a.has_secret,
       extract(epoch from now() - a.secret_set_at)::float8 as secret_s,
       extract(epoch from t.valid_until - clock_timestamp())::float8 as token_s,
       extract(epoch from clock_timestamp() - t.first_seen_at)::float8 as token_age_s,
       extract(epoch from k.valid_until - clock_timestamp())::float8 as ticket_s, nullif(k.epoch, 0) as epoch,
       (select sum(u.calls) from kaquan.api_usage u where u.account_id = a.id and u.day = kaquan.wx_day(now())) as calls,
       q.used, q.daily_limit,
       coalesce((select case when w.errcode between 89501 and 89507 then 'confirm' else w.outcome end from kaquan.whitelist_check w
                  where w.account_id = a.id order by w.id desc limit 1), 'never') as listed,
       case when not a.enabled then 'disabled' when not a.has_secret then 'no secret' when f.failing is not null then 'failing'
            when t.valid_until is null or k.valid_until is null then 'no tokens'
            when least(t.valid_until, k.valid_until) <= clock_timestamp() then 'over' else 'ok' end as state,
       f.failing, f.errcode
  from kaquan.account a
  left join kaquan.credential t on t.account_id = a.id and t.kind = 'access_token'
  left join kaquan.credential k on k.account_id = a.id and k.kind = 'api_ticket'
  left join lateral (select c.last_class as failing, nullif(c.last_errcode, 0) as errcode from kaquan.credential c
                      where c.account_id = a.id and (c.fail_streak > 0 or c.breaker = 'open') order by c.kind limit 1) f on true
  left join lateral (select s.used, s.daily_limit from kaquan.quota_status s where s.account_id = a.id and s.daily_limit > 0
                      order by s.used::float8 / s.daily_limit desc limit 1) q on true
 order by a.key limit 200
