-- What people and programs changed last.    -> id, at, person, action, object, reason
select l.id, l.at, split_part(l.person, '@', 1) as person, l.action, l.object, l.reason
  from kaquan.audit_log l order by l.id desc limit 20
