-- A template that is about to be changed: nobody else changes it meanwhile.    -> id, record
select t.id, to_jsonb(t)::text as record from kaquan.template t where t.key = $1 for update
