-- How a counted call went: refusals by errcode ($3; 0: none), failures in a row ($4 says whether this is one), and for how
-- many of WeChat's seconds the endpoint is stopped ($6; null: not).
update kaquan.api_usage u set
    refusals = case when $3::integer = 0 then u.refusals
                    else jsonb_set(u.refusals, array[$3::text], to_jsonb(coalesce((u.refusals ->> $3::text)::bigint, 0) + 1)) end,
    fail_streak = case when $4 then u.fail_streak + 1 else 0 end,
    stopped_class = case when $6::float8 is null then null else $5 end,
    stopped_until = kaquan.wx_after(now(), $6)
  where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now())
