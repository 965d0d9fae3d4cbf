-- Who we are and where.    -> database, login, version, encoding, superuser, worker (may do what the worker does), durable
select current_database() as database, session_user as login, split_part(current_setting('server_version'), ' ', 1) as version,
       current_setting('server_encoding') as encoding,
       (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = session_user) as superuser,
       pg_has_role('kaquan_worker', 'member') as worker,
       current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
         and current_setting('synchronous_commit') <> 'off' as durable
