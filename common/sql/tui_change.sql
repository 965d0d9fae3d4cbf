-- What the act in row $1 of the audit log changed, member by member; without the clockwork.
--   -> member ("body.base_info.title"), before, after, change (added, removed, changed)
with recursive side as (
  select false as after, l.before as value from kaquan.audit_log l where l.id = $1::bigint
  union all
  select true, l.after from kaquan.audit_log l where l.id = $1::bigint),
node (after, member, value) as (
  select s.after, '', s.value from side s where s.value is not null
  union all
  select n.after, concat_ws('.', nullif(n.member, ''), x.key), x.value
    from node n
   cross join lateral (
     select e.key, e.value from jsonb_each(case jsonb_typeof(n.value) when 'object' then n.value else '{}' end) e
     union all
     select (i.number - 1)::text, i.value
       from jsonb_array_elements(case jsonb_typeof(n.value) when 'array' then n.value else '[]' end) with ordinality i (value, number)) x),
leaf as (
  select n.after, n.member, n.value #>> '{}' as text from node n
   where jsonb_typeof(n.value) not in ('object', 'array') and n.member not in ('version', 'created_at', 'updated_at'))
select coalesce(b.member, a.member) as member, b.text as before, a.text as after,
       case when b.member is null then 'added' when a.member is null then 'removed' else 'changed' end as change
  from (select * from leaf l where not l.after) b
  full join (select * from leaf l where l.after) a on a.member = b.member
 where a.text is distinct from b.text
 order by 1
 limit 500
