-- Ends an epoch of an account at once.
select kaquan.epoch_revoke($1::bigint, $2::bigint, $3::text)
