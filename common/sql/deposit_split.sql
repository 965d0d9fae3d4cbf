-- Halves a part, to find the code that WeChat does not take.    -> id, codes (JSON), sends: the new half
with half as (
  insert into kaquan.code_part (template_id, codes, sends)
  select p.template_id, p.codes[cardinality(p.codes) / 2 + 1:], p.sends from kaquan.code_part p where p.id = $1
  returning id, template_id, codes, sends),
kept as (update kaquan.code_part p set codes = p.codes[:cardinality(p.codes) / 2] where p.id = $1),
moved as (
  update kaquan.code_stock s set part = h.id from half h, unnest(h.codes) as c (code)
   where s.template_id = h.template_id and s.code = c.code)
select h.id, to_json(h.codes)::text as codes, h.sends from half h
