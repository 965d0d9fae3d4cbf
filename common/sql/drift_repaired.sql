-- Drifts are repaired: [{id}].
update kaquan.ticket_drift d set repaired_at = now()
  from jsonb_to_recordset($1::jsonb) as r (id bigint)
 where d.id = r.id and d.repaired_at is null
