-- What happened to the tickets of a code, a request id or a person, in order.    -> at, template, request_id, code, kind, detail
select s.at, tp.key as template, f.request_id, s.code, s.kind, s.detail::text as detail
  from kaquan.tickets_named($1) f
  join kaquan.template tp on tp.id = f.template_id
  cross join lateral kaquan.ticket_history(f.request_id, f.template_id) s
 where $2::text is null or tp.key = $2
 order by date_trunc('second', s.at), f.request_id, s.rank, s.at
 limit 10000
