-- How this session is connected, what this database is and may do, a line each.    -> id, part, name, value, note
-- (privileges: the command that grants what is missing), editable
with session as (
  select current_database() as database, session_user as login, current_user as role,
         split_part(current_setting('server_version'), ' ', 1) as version,
         coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'local socket') as place,
         (select l.version || ' ' || l.cipher from pg_catalog.pg_stat_ssl l where l.pid = pg_backend_pid() and l.ssl) as tls,
         current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
           and current_setting('synchronous_commit') <> 'off' as durable),
need (number, name, needed) as (
  values (1, 'see pools', 'select pool_forecast'), (2, 'see jobs', 'select job'), (3, 'see tickets', 'select ticket.code'),
         (4, 'see codes', 'select code_stock'), (5, 'see credentials', 'select credential.epoch'), (6, 'see gates', 'select ticket_scan'),
         (7, 'see the audit log', 'select audit_log'), (8, 'queue jobs', 'insert job'), (9, 'change templates', 'update template'),
         (10, 'change gate rules', 'update gate_rule'), (11, 'change settings', 'update site'))
select x.part || ' ' || x.name as id, x.part, x.name, x.value, x.note, x.part = 'site' as editable
  from (
    select 1 as rank, v.number, 'connection' as part, v.name, v.value, null as note
      from session s
     cross join lateral (values (1, 'database', s.database::text), (2, 'login', concat_ws(' as ', s.login, nullif(s.role, s.login))),
                                (3, 'server', 'PostgreSQL ' || s.version), (4, 'place', s.place), (5, 'TLS', coalesce(s.tls, 'no')),
                                (6, 'durable', case when s.durable then 'yes' else 'no' end)) v (number, name, value)
    union all
    select 2, row_number() over (order by m.name desc), 'schema', 'newest migration', m.name, null
      from (select name from kaquan.schema_migration order by name desc limit 1) m
    union all
    select 3, row_number() over (order by h.host, h.pid), 'workers', h.host || ' ' || h.pid, h.version || ' ' || h.mode, null
      from kaquan.worker_heartbeat h where h.beat_at > now() - interval '1 hour'
    union all
    select 4, n.number, 'privileges', n.name, case when m.command is null then 'yes' else 'no' end, m.command
      from need n cross join lateral (select kaquan.right_missing(n.needed) as command) m
    union all
    select 5, c.attnum, 'site', v.key, v.value, null
      from kaquan.site s
     cross join lateral jsonb_each_text(to_jsonb(s) - 'only_row') v (key, value)
      join pg_catalog.pg_attribute c on c.attrelid = 'kaquan.site'::regclass and c.attname = v.key
  ) x
 order by x.rank, x.number
