-- The act in row $1 of the audit log.    -> id, at, person, who, action, object, reason, hash
select l.id, l.at, l.person, l.who, l.action, l.object, l.reason, encode(l.hash, 'hex') as hash
  from kaquan.audit_log l where l.id = $1::bigint
