-- The open drifts of a template that are to be repaired.    -> id, kind
select d.id, d.kind from kaquan.ticket_drift d
 where d.template_id = $1 and d.repaired_at is null and d.repair is not null
 order by d.id
