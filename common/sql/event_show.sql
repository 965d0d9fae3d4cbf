-- One push with all it says.    -> id, account, ..., payload
select e.id, a.key as account, date_trunc('second', e.received_at) as received_at, e.happened_at, e.kind, e.step, e.openid,
       e.card_id, e.code, e.old_code, e.outer_str, e.detail::text as detail, e.state, t.key as template, e.request_id, e.note,
       e.payload
  from kaquan.wx_event e
  join kaquan.account a on a.id = e.account_id
  left join kaquan.template t on t.id = e.template_id
 where e.id = $1
