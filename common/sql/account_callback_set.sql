-- Stores the sealed EncodingAESKey of an account.
insert into kaquan.account_callback (account_id, aes_key, key_id) values ($1, $2::bytea, $3)
on conflict (account_id) do update set aes_key = $2::bytea, key_id = $3, set_at = now()
