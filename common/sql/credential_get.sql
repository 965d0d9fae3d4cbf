-- What is stored.    -> the sealed value and what is known of it
select c.sealed, c.epoch, coalesce(c.fingerprint, '') as fingerprint, c.age_known, a.appid,
    extract(epoch from c.valid_until)::float8 as valid_until,
    extract(epoch from c.valid_until - clock_timestamp())::float8 as seconds_left,
    extract(epoch from clock_timestamp() - c.fetched_at)::float8 * s.time_scale as wechat_age,
    c.suspect_epoch = c.epoch as suspect,
    c.breaker = 'open' and c.breaker_until > now() and c.last_class = 'token_stale' as rejected,
    extract(epoch from kaquan.credential_due_at(c))::float8 as due_at, kaquan.credential_due_at(c) <= now() as due,
    kaquan.credential_hindrance(c, $3) as hindrance
  from kaquan.credential c join kaquan.account a on a.id = c.account_id, kaquan.site s
  where c.account_id = $1 and c.kind = $2
