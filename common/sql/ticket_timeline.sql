-- What happened to the tickets of a code or request id $1, or of the person $2, in order; of template $3 alone.
--    -> at, template, request_id, code, kind, detail
select s.at, tp.key as template, f.request_id, s.code, s.kind, s.detail::text as detail
  from (select * from kaquan.tickets_named($1) union select * from kaquan.tickets_of($2)) f
  join kaquan.template tp on tp.id = f.template_id
  cross join lateral kaquan.ticket_history(f.request_id, f.template_id) s
 where $3::text is null or tp.key = $3
 order by date_trunc('second', s.at), f.request_id, s.rank, s.at
 limit 10000
