-- Accounts whose whitelist can be checked, or the one with this id.    -> id, key
select a.id, a.key from kaquan.account a
 where a.enabled and a.has_secret and ($1::bigint is null or a.id = $1) order by a.key
