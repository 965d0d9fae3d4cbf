-- Ends a request that waits, whoever does it.    -> record
update kaquan.act_request r set state = 'withdrawn', ended_by = $2, ended_at = now(), sealed = null,
       params = case when r.private then '{}' else r.params end
 where r.id = $1 and r.state = 'waiting'
returning kaquan.act_record(r.id)::text as record
