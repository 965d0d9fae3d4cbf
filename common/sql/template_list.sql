-- All templates. A status that we do not know is shown as it came; `unsent` says that what was written was not sent yet.
select t.key, a.key as account, t.title, t.card_type, t.code_mode,
       case when t.status = 'unknown' then coalesce(t.wechat_status, t.status) else t.status end as status,
       t.card_id, t.stock, t.paused, t.pool_target, t.pool_low,
       t.card_id is not null and t.body is distinct from sent.body as unsent
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  left join lateral (select r.body from kaquan.template_revision r where r.template_id = t.id order by r.revision desc limit 1) sent on true
 order by t.key
