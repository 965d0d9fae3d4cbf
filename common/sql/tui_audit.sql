-- Who did what; the conditions of a filter follow.    -> id, at, person, who, action, object, reason
select l.id, l.at, l.person, l.who, l.action, l.object, l.reason
  from kaquan.audit_log l
 where true
