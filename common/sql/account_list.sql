-- All accounts, without their secrets.
select a.key, a.appid, a.name, a.enabled, a.token_mode, a.has_secret as secret,
       date_trunc('second', a.secret_set_at) as secret_set_at, a.secret_key_id, a.original_id, a.api_base
  from kaquan.account a order by a.key
