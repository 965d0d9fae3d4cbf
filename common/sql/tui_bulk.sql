-- How far an act on tickets is.    -> id, act, template, person, reason, created_at, finished_at, items, waiting, ...
select b.id, b.act, tp.key as template, b.person, b.reason, date_trunc('second', b.created_at) as created_at,
       date_trunc('second', coalesce(b.finished_at, b.cancelled_at)) as finished_at, count(*) as items,
       count(*) filter (where i.state in ('waiting', 'sending')) as waiting, count(*) filter (where i.state = 'done') as done,
       count(*) filter (where i.state = 'failed') as failed, count(*) filter (where i.state = 'cancelled') as cancelled
  from kaquan.bulk b
  join kaquan.template tp on tp.id = b.template_id
  join kaquan.bulk_item i on i.bulk_id = b.id
 where b.id = $1::bigint
 group by b.id, tp.key
