-- An account by its key; its secret stays where it is.    -> id, key, appid, name, ..., record (for the audit log)
select a.id, a.key, a.appid, a.name, a.original_id, a.api_base, a.token_mode, a.enabled,
       a.has_secret, a.version, kaquan.account_record(a.id)::text as record
  from kaquan.account a where a.key = $1
