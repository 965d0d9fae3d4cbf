-- The items of an act, in a state or in any.    -> n, code, request_id, argument, state, errcode, text, ended_at
select i.n, i.code, i.request_id, i.argument::text as argument, i.state, i.errcode, i.text,
       date_trunc('second', i.ended_at) as ended_at
  from kaquan.bulk_item i
 where i.bulk_id = $1 and ($2::text is null or i.state = $2)
 order by i.n limit $3
