-- Begins an act on tickets of a template; $5 lists [{n, code, argument}].    -> id, items
with b as (
  insert into kaquan.bulk (account_id, template_id, act, person, reason)
  select tp.account_id, tp.id, $2, $3, $4 from kaquan.template tp where tp.id = $1
  returning id, template_id),
i as (
  insert into kaquan.bulk_item (bulk_id, n, request_id, code, argument)
  select b.id, l.n, t.request_id, l.code, l.argument
    from b, jsonb_to_recordset($5::jsonb) as l (n integer, code text, argument jsonb)
    join kaquan.ticket t on t.code = l.code and t.template_id = $1
  returning 1)
select b.id, (select count(*) from i) as items from b
