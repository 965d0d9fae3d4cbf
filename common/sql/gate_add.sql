-- Lets a login admit tickets of an account; no hit when it may already.    -> record
insert into kaquan.gate_grant as g (login, account_id) values ($1, $2)
on conflict do nothing
returning to_jsonb(g)::text as record
