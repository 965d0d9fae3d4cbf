-- Adds an account; $6 is the sealed AppSecret or null.    -> id
insert into kaquan.account (key, appid, name, original_id, token_mode, secret, secret_key_id, secret_set_at)
values ($1, $2, $3, $4, $5, $6::bytea, $7, case when $6::bytea is not null then now() end)
returning id
