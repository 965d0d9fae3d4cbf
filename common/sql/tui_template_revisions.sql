-- What was sent of the template $1, newest first, with the fields of the card that differ from the time before.
select r.revision, date_trunc('second', r.sent_at) as sent_at, r.errcode,
       case when before.body is null then '' else coalesce((
         select string_agg(distinct coalesce(n.key, o.key), ', ')
           from jsonb_each(r.body -> 'card' -> lower(t.card_type) -> 'base_info') n
           full join jsonb_each(before.body -> 'card' -> lower(t.card_type) -> 'base_info') o on o.key = n.key
          where n.value is distinct from o.value), '') end as changed
  from kaquan.template t join kaquan.template_revision r on r.template_id = t.id
  left join kaquan.template_revision before on before.template_id = r.template_id and before.revision = r.revision - 1
 where t.key = $1
 order by r.revision desc limit 50
