-- Begins to compare a template's tickets with WeChat, from the first on; an earlier comparison is given up.
insert into kaquan.ticket_reconcile as r (template_id, filter, most, person) values ($1, $2, $3, $4)
on conflict (template_id) do update
  set run = r.run + 1, filter = excluded.filter, most = excluded.most, person = excluded.person,
      place = null, looked = 0, drifts = 0, begun_at = now(), ended_at = null
