-- The comparison of a template that is under way.    -> run, filter, place, looked, most, key, card_id
select r.run, r.filter, r.place, r.looked, r.most, tp.key, tp.card_id
  from kaquan.ticket_reconcile r join kaquan.template tp on tp.id = r.template_id
 where r.template_id = $1 and r.ended_at is null
