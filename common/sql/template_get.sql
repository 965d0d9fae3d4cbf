-- A template by its key.    -> id, account_id, key, card_type, ..., record (for the audit log)
select t.id, t.account_id, t.key, t.card_type, t.title, t.code_mode, t.bind_openid, t.status, t.card_id, t.stock,
       t.version, to_jsonb(t)::text as record
  from kaquan.template t where t.key = $1
