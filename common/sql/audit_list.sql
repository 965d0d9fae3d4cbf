-- Who did what, newest first, at most $1 rows; of what changed only the members that differ, without the clockwork.
-- Null takes all: person, role, action and object begin so; times are the first and the last.
select l.id, date_trunc('second', l.at) as at, l.person, l.who, l.action, l.object, l.reason,
       coalesce((select jsonb_object_agg(n.key, n.value) from jsonb_each(l.after) n
                  where n.key not in ('version', 'created_at', 'updated_at')
                    and coalesce(l.before -> n.key, 'null') is distinct from n.value), l.before) as changed
  from kaquan.audit_log l
 where ($2::text is null or starts_with(l.person, $2)) and ($3::text is null or starts_with(l.who, $3))
   and ($4::text is null or starts_with(l.action, $4)) and ($5::text is null or starts_with(l.object, $5))
   and l.at >= coalesce((select kaquan.typed_time($6)), '-infinity') and l.at <= coalesce((select kaquan.typed_time($7)), 'infinity')
 order by l.id desc limit $1
