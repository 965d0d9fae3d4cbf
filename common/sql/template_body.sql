-- What the operator wrote of a template.    -> body
select t.body::text as body from kaquan.template t where t.id = $1
