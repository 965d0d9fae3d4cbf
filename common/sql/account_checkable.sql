-- Accounts whose whitelist can be checked, or the one with a key.    -> id, key
select a.id, a.key from kaquan.account a
 where a.enabled and a.secret is not null and ($1::text is null or a.key = $1) order by a.key
