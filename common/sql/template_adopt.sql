-- Takes a card over that was made elsewhere, as it is at WeChat.    -> id, record
with new as (
  insert into kaquan.template as t (account_id, key, card_type, title, body, code_mode, bind_openid, stock, card_id, status,
                                    wechat_status, review_due_at)
  values ($1, $2, $3, $4, $5::jsonb, $6, $7, case $6 when 'deposit' then null else $8::bigint end, $9, $10, $11,
          case when $10 = 'waiting' then now() end)
  returning t.id, t.body, to_jsonb(t)::text as record),
kept as (insert into kaquan.template_revision (template_id, revision, body) select id, 1, body from new)
select id, record from new
