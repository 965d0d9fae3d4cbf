-- Writes down the next codes after $2, in up to $3 parts, before they are sent. The row locks keep two workers apart.
-- -> id, codes (JSON), sends, last (code)
with next as (
  select s.code from kaquan.code_stock s
   where s.template_id = $1 and s.part is null and s.trouble is null and s.code > $2
   order by s.code limit $3 * 100 for update),
cut as (select n.code, (row_number() over (order by n.code) - 1) / 100 as nth from next n),
made as (
  insert into kaquan.code_part (template_id, codes, sends)
  select $1, array_agg(c.code order by c.code), 1 from cut c group by c.nth order by c.nth
  returning id, codes, sends),
marked as (
  update kaquan.code_stock s set part = m.id from made m, unnest(m.codes) as c (code)
   where s.template_id = $1 and s.code = c.code)
select m.id, to_json(m.codes)::text as codes, m.sends, m.codes[cardinality(m.codes)] as last from made m order by m.id
