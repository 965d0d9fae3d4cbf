-- Keeps a command until another person confirms it.    -> id, record
insert into kaquan.act_request as r (noun, verb, params, sealed, private, person, reason, key_id)
values ($1, $2, $3::jsonb, $4::bytea, $5, $6, $7, $8)
returning r.id, kaquan.act_record(r.id)::text as record
