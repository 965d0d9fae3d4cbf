-- The tickets of an act by what became of them, those that failed first.    -> n, code, rest, state, errcode, text, ended_at, act, template
select i.n, i.code, case when b.act = 'change_code' then i.argument ->> 'new_code' when b.act = 'update' then i.argument::text end as rest,
       i.state, i.errcode, i.text, date_trunc('second', i.ended_at) as ended_at, replace(b.act, '_', '-') as act, tp.key as template
  from kaquan.bulk b
  join kaquan.template tp on tp.id = b.template_id
  join kaquan.bulk_item i on i.bulk_id = b.id
 where b.id = $1::bigint
 order by array_position(array['failed', 'sending', 'waiting', 'cancelled', 'done'], i.state), i.n
 limit 2000
