-- Who has, or had, the tickets that these pushes ($1) are about.
insert into kaquan.ticket_person (person, request_id, template_id)
select e.openid, e.request_id, e.template_id
  from kaquan.applied_of($1) e join kaquan.ticket_step s on s.kind = e.step and s.holds
 where e.openid is not null
on conflict do nothing
