-- A template that WeChat has, to be brought to what the operator wrote.    -> account_id, key, card_id, body
select t.account_id, t.key, t.card_id, t.body::text as body
  from kaquan.template t where t.id = $1 and t.card_id is not null and t.status <> 'deleted'
