-- All templates.
select t.key, a.key as account, t.title, t.card_type, t.code_mode, t.status, t.card_id, t.stock, t.paused,
       t.pool_target, t.pool_low
  from kaquan.template t join kaquan.account a on a.id = t.account_id order by t.key
