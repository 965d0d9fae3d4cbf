-- Lets an account work, or stops it.    -> record
update kaquan.account a set enabled = $2, version = version + 1, updated_at = now() where a.id = $1
returning kaquan.account_record(a.id)::text as record
