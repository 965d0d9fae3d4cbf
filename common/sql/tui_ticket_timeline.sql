-- What happened to the ticket of a row, in order, without persons.    -> n, at, kind, code, detail
select row_number() over w as n, s.at, s.kind, s.code, nullif((s.detail - '{code,openid,FriendUserName,UnionId}'::text[])::text, '{}') as detail
  from kaquan.ticket_of_row($1) f
  cross join lateral kaquan.ticket_history(f.request_id, f.template_id) s
window w as (order by date_trunc('second', s.at), s.rank, s.at)
 order by n
 limit 1000
