-- Adds a template as a draft.    -> id, record
insert into kaquan.template as t (account_id, key, card_type, title, body, code_mode, bind_openid, stock)
values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
returning t.id, to_jsonb(t)::text as record
