-- The newest pushes of an account or of all, in a state or in any.    -> id, account, at, kind, ..., newest first
select e.id, a.key as account, date_trunc('second', e.received_at) as received_at, e.happened_at, e.kind, e.openid, e.card_id,
       e.code, e.state, e.request_id, t.key as template, e.note
  from kaquan.wx_event e
  join kaquan.account a on a.id = e.account_id
  left join kaquan.template t on t.id = e.template_id
 where ($1::text is null or a.key = $1) and ($2::text is null or e.state = $2)
 order by e.id desc limit $3
