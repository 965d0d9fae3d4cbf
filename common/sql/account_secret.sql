-- Stores a sealed AppSecret.    -> record
update kaquan.account a
   set secret = $2::bytea, secret_key_id = $3, secret_set_at = now(), version = version + 1, updated_at = now()
 where a.id = $1
returning kaquan.account_record(a.id)::text as record
