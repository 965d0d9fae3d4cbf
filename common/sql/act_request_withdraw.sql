-- Ends a request that waits, whoever does it.    -> record
update kaquan.act_request r set state = 'withdrawn', ended_by = $2, ended_at = now()
 where r.id = $1 and r.state = 'waiting'
returning (to_jsonb(r) - 'sealed')::text as record
