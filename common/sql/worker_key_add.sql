-- Stores a certificate and makes it the one that secrets are sealed to.    -> record
insert into kaquan.worker_key as k (key_id, certificate) values ($1, $2)
returning (to_jsonb(k) - 'certificate')::text as record
