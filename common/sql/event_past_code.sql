-- Codes that gifts among these pushes ($1) replaced.
insert into kaquan.ticket_past_code (code, template_id, request_id)
select e.old_code, e.template_id, e.request_id
  from kaquan.applied_of($1) e
 where e.step = 'received' and e.old_code <> e.code
on conflict do nothing
