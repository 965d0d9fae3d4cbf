-- Drifts are to be repaired by the worker: [{id, repair}] say how.
update kaquan.ticket_drift d set repair = r.repair
  from jsonb_to_recordset($1::jsonb) as r (id bigint, repair text)
 where d.id = r.id and d.repaired_at is null
