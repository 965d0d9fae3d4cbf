-- Takes a request that waits, for the person $2, who is another than the one that asked.    -> record
update kaquan.act_request r set state = 'confirmed', ended_by = $2, ended_at = now()
 where r.id = $1 and r.state = 'waiting' and split_part(r.person, '@', 1) <> split_part($2::text, '@', 1)
returning kaquan.act_record(r.id)::text as record
