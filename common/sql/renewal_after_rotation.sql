-- After a rotation: tickets handed out lately and not added yet get a fresh signature, too.
insert into kaquan.ticket_renewal (request_id, template_id, asked)
select t.request_id, t.template_id, false
  from kaquan.ticket t, kaquan.site s
 where t.template_id = $1 and t.epoch < $2 and t.state = 'handed_out' and t.claimed_at > now() - s.renew_window / s.time_scale
on conflict do nothing
