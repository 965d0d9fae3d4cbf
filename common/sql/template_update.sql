-- Replaces what a draft or refused template says, as far as it is still at version $2.    -> record
update kaquan.template t
   set card_type = $3, title = $4, body = $5::jsonb, code_mode = $6, bind_openid = $7,
       stock = case $6 when 'deposit' then null else $8::bigint end,
       status = 'draft', refuse_reason = null, version = t.version + 1, updated_at = now()
 where t.id = $1 and t.version = $2 and t.status in ('draft', 'refused')
returning to_jsonb(t)::text as record
