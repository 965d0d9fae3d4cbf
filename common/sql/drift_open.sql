-- The open drifts of a template that nobody wants repaired yet, or these ($2) of them.    -> id, code, kind
select d.id, d.code, d.kind from kaquan.ticket_drift d
 where d.template_id = $1 and d.repaired_at is null and d.repair is null and ($2::bigint[] is null or d.id = any ($2))
 order by d.id
