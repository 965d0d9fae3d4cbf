-- Which login may admit tickets of which account, and whether the server lets it in as a gate.
select g.login, a.key as account, date_trunc('second', g.granted_at) as granted_at,
       exists (select from pg_catalog.pg_roles r where r.rolname = g.login and r.rolcanlogin
                  and (pg_has_role(r.oid, 'kaquan_gate', 'member') or pg_has_role(r.oid, 'kaquan_backend', 'member'))) as login_ready
  from kaquan.gate_grant g join kaquan.account a on a.id = g.account_id
 order by g.login, a.key
