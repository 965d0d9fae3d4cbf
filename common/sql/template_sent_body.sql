-- What a template was when it was last sent.    -> body
select r.body::text as body from kaquan.template_revision r where r.template_id = $1 order by r.revision desc limit 1
