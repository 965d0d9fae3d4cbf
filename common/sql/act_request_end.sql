-- What became of a confirmed request.
update kaquan.act_request r set state = case when $2 then 'done' else 'failed' end, error_text = $3,
       params = case when r.private then '{}' else r.params end
 where r.id = $1 and r.state = 'confirmed'
