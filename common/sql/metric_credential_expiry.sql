-- When credentials end.
select a.key as account, c.kind, extract(epoch from c.valid_until) as value
  from kaquan.credential c join kaquan.account a on a.id = c.account_id
 where c.valid_until is not null order by a.key, c.kind
