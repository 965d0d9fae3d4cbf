-- Who did what, newest first, at most $1 rows; of what changed only the members that differ, without the clockwork.
select l.id, date_trunc('second', l.at) as at, l.person, l.who, l.action, l.object, l.reason,
       coalesce((select jsonb_object_agg(n.key, n.value) from jsonb_each(l.after) n
                  where n.key not in ('version', 'created_at', 'updated_at')
                    and coalesce(l.before -> n.key, 'null') is distinct from n.value), l.before) as changed
  from kaquan.audit_log l order by l.id desc limit $1
