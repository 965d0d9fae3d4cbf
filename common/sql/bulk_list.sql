-- The newest acts on tickets, or one ($1).    -> id, act, template, items, waiting, sending, done, failed, cancelled, ...
select b.id, b.act, tp.key as template, count(*) as items, count(*) filter (where i.state = 'waiting') as waiting,
       count(*) filter (where i.state = 'sending') as sending,
       count(*) filter (where i.state = 'done') as done, count(*) filter (where i.state = 'failed') as failed,
       count(*) filter (where i.state = 'cancelled') as cancelled, b.person, date_trunc('second', b.created_at) as created_at,
       date_trunc('second', b.finished_at) as finished_at, b.reason
  from kaquan.bulk b
  join kaquan.template tp on tp.id = b.template_id
  join kaquan.bulk_item i on i.bulk_id = b.id
 where $1::bigint is null or b.id = $1
 group by b.id, tp.key order by b.id desc limit $2
