-- Takes codes ($2: a JSON array) out of a part and out of use ($3: rejected, conflict). A part without codes is closed.
with bad as (
  update kaquan.code_stock s set trouble = $3::kaquan.code_trouble
    from kaquan.code_part p, json_array_elements_text($2::json) as b (code)
   where p.id = $1 and s.template_id = p.template_id and s.part = p.id and s.code = b.code
  returning s.code),
rest as (
  select array(select c.code from kaquan.code_part p, unnest(p.codes) as c (code)
                where p.id = $1 and c.code not in (select b.code from bad b)) as codes)
update kaquan.code_part p set codes = r.codes, confirmed_at = case when cardinality(r.codes) = 0 then clock_timestamp() end
  from rest r where p.id = $1
