-- What the last comparison of a template came to.    -> key, looked, drifts
select tp.key, r.looked, r.drifts
  from kaquan.ticket_reconcile r join kaquan.template tp on tp.id = r.template_id
 where r.template_id = $1
