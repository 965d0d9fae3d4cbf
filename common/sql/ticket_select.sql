-- Tickets; the conditions of a filter follow.    -> request_id, template, card_type, account, code, state, claimed_at, openid, holder
select t.request_id, t.template_id, tp.key as template, tp.card_type, a.key as account, t.code, t.state::text as state, t.claimed_at, t.openid, t.holder,
       t.epoch, t.valid_until
  from kaquan.ticket t
  join kaquan.template tp on tp.id = t.template_id
  join kaquan.account a on a.id = tp.account_id
 where true
