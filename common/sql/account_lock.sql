-- An account that is about to be changed: nobody else changes it meanwhile.    -> id, appid, record
select a.id, a.appid, kaquan.account_record(a.id)::text as record from kaquan.account a where a.key = $1 for update
