-- Tokens that WeChat refused before their end, newest first, and how long after the one before; $1: of the account with this key
-- only, at most $2.
select a.key as account, date_trunc('second', r.first_at) as first_at, r.times, r.errcode, r.endpoint, r.host, r.epoch,
       round(r.age_s) as age_s, round(r.left_s) as left_s,
       round(extract(epoch from r.first_at - lag(r.first_at) over (partition by r.account_id order by r.first_at)) * s.time_scale) as gap_s,
       a.token_mode
  from kaquan.token_refusal r join kaquan.account a on a.id = r.account_id, kaquan.site s
 where $1::text is null or a.key = $1
 order by r.first_at desc, r.account_id limit $2
