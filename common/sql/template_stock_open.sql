-- The open change of a template's stock.    -> id, change, total_before, state, account_id, key, card_id
select c.id, c.change, c.total_before, c.state, t.account_id, t.key, t.card_id
  from kaquan.template_stock_change c join kaquan.template t on t.id = c.template_id
 where c.template_id = $1 and c.state in ('queued', 'sent')
