-- A change of a stock was carried out: the cards that may exist are as many more; no limit stays none.    -> stock
with done as (
  update kaquan.template_stock_change set state = 'done', updated_at = now()
   where id = $1 and state in ('queued', 'sent') returning template_id, change)
update kaquan.template t
   set stock = case when t.stock is not null then greatest(0, t.stock + done.change) end, version = t.version + 1, updated_at = now()
  from done where t.id = done.template_id
returning t.stock
