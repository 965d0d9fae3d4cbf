-- Takes it away again.    -> record
delete from kaquan.gate_grant g where g.login = $1 and g.account_id = $2
returning to_jsonb(g)::text as record
