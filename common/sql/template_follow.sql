-- The templates that WeChat has.    -> id, account_id, key, card_id
select t.id, t.account_id, t.key, t.card_id
  from kaquan.template t join kaquan.account a on a.id = t.account_id and a.enabled and a.has_secret
 where t.card_id is not null and t.status not in ('sending', 'deleted') order by t.account_id, t.id
