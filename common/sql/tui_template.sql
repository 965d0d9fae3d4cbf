-- All that is known of the template $1, with what was written of it and what was sent last.
select t.key, a.key as account, t.title, t.card_type, t.code_mode, t.bind_openid, t.status, t.wechat_status, t.refuse_reason,
       t.card_id, t.paused, t.stock, t.pool_target, t.pool_low, date_trunc('second', t.sale_from) as sale_from,
       date_trunc('second', t.sale_until) as sale_until, date_trunc('second', t.submitted_at) as submitted_at,
       date_trunc('second', t.reviewed_at) as reviewed_at, date_trunc('second', t.updated_at) as updated_at,
       date_trunc('second', l.seen_at) as seen_at, t.version, sent.revision,
       t.card_id is not null and t.body is distinct from sent.body as unsent, coalesce(c.claims, 0) as claims,
       coalesce(c.adds, 0) as adds, coalesce(c.entries, 0) as entries, p.ready, p.wanted, p.stock_left, p.state as pool,
       t.body::text as body, sent.body::text as sent, l.body::text as live
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  left join kaquan.pool_forecast p on p.template_id = t.id
  left join kaquan.template_live l on l.template_id = t.id
  left join lateral (select r.revision, r.body from kaquan.template_revision r where r.template_id = t.id
                      order by r.revision desc limit 1) sent on true
  cross join lateral (select sum(m.claims)::bigint as claims, sum(m.adds)::bigint as adds, sum(m.entries)::bigint as entries
                        from kaquan.stat_minute m where m.template_id = t.id) c
 where t.key = $1
