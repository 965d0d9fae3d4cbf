-- An account that is about to be changed: nobody else changes it meanwhile.    -> id, appid, record
select a.id, a.appid, (to_jsonb(a) - 'secret')::text as record from kaquan.account a where a.key = $1 for update
