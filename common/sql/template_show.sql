-- All of a template.
select t.key, a.key as account, t.title, t.card_type, t.code_mode, t.bind_openid, t.status, t.wechat_status,
       t.refuse_reason, t.card_id, t.stock, t.paused, t.pool_target, t.pool_low,
       concat_ws(' .. ', coalesce(date_trunc('minute', t.sale_from)::text, case when t.sale_until is not null then 'now' end),
                 date_trunc('minute', t.sale_until)) as sale,
       sent.revision, t.card_id is not null and t.body is distinct from sent.body as unsent, l.seen_at, t.version, t.body
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  left join lateral (select r.revision, r.body from kaquan.template_revision r where r.template_id = t.id
                      order by r.revision desc limit 1) sent on true
  left join kaquan.template_live l on l.template_id = t.id
 where t.key = $1
