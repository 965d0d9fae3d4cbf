-- Cards of a template's stock that nobody has claimed; null when we do not limit it.    -> stock_left
select nullif(kaquan.stock_left(t.id, t.stock), 'infinity')::bigint as stock_left from kaquan.template t where t.id = $1
