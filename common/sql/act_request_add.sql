-- Keeps a command until another person confirms it.    -> id, record
insert into kaquan.act_request as r (noun, verb, params, sealed, person, reason)
values ($1, $2, $3::jsonb, $4::bytea, $5, $6)
returning r.id, (to_jsonb(r) - 'sealed')::text as record
