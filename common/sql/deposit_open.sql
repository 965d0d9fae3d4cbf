-- The next parts after $2 that WeChat was not seen to have: cut off, or not accepted whole.    -> id, codes (JSON), sends
select p.id, to_json(p.codes)::text as codes, p.sends
  from kaquan.code_part p where p.template_id = $1 and p.id > $2 and p.confirmed_at is null
 order by p.id limit $3
