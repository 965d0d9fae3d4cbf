-- Adds an account; $7 is the sealed AppSecret or null.    -> id, record
insert into kaquan.account as a
  (key, appid, name, original_id, api_base, token_mode, secret, secret_key_id, secret_set_at)
values ($1, $2, $3, $4, $5, $6, $7::bytea, $8, case when $7::bytea is not null then now() end)
returning a.id, (to_jsonb(a) - 'secret')::text as record
