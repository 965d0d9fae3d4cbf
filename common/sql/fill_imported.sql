-- The pool that was just opened has imported codes; the stock ends with its $2 cards when there is no more to put on cards.
update kaquan.pool p set code_source = 'imported', final = kaquan.stock_left(t.id, t.stock) <= $2
  from kaquan.template t where t.id = $1 and p.template_id = t.id
