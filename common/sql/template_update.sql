-- Replaces what a template says, as far as it is still at version $2. One that WeChat has not is a draft then; of one that
-- WeChat has, only the text changes here until it is pushed.    -> record
update kaquan.template t
   set card_type = $3, title = $4, body = $5::jsonb, code_mode = $6, bind_openid = $7,
       stock = case when t.card_id is not null then t.stock else $8::bigint end,
       status = case when t.card_id is null then 'draft' else t.status end,
       refuse_reason = case when t.card_id is null then null else t.refuse_reason end,
       version = t.version + 1, updated_at = now()
 where t.id = $1 and t.version = $2
   and (t.status in ('draft', 'refused') or t.card_id is not null and t.status not in ('sending', 'deleted'))
returning to_jsonb(t)::text as record
