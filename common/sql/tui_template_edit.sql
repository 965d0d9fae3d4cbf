-- What a form begins with: the template $1 (a + before its key: a new one like it).    -> key, version, status, account, ...
select t.key, t.version, t.status, a.key as account, t.card_id is not null and t.status <> 'deleted' as at_wechat,
       t.body::text as body, sent.body::text as sent
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  left join lateral (select r.body from kaquan.template_revision r where r.template_id = t.id
                      order by r.revision desc limit 1) sent on true
 where t.key = ltrim($1, '+')
