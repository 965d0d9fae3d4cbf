-- The superuser's part: roles, the schema, rights of the database. `kaquan-worker db init` runs it in one transaction;
-- it may run again at any time and on a cluster where another database made the roles. Passwords are never set here.

create extension if not exists plpgsql;

-- Roles belong to the whole cluster: two databases made at once take turns.
lock table pg_catalog.pg_authid in share row exclusive mode;

-- A role that is there keeps its LOGIN or NOLOGIN (an administrator may have closed it), never more power than this.
do $$
declare
    r record;
begin
    for r in
        select * from (values
            ('kaquan_owner',    'nologin',           'Kaquan: owns the schema'),
            ('kaquan_fn_claim', 'nologin',           'Kaquan: owns the functions that backends call'),
            ('kaquan_fn_work',  'nologin',           'Kaquan: owns the functions of the worker'),
            ('kaquan_fn_admin', 'nologin',           'Kaquan: owns the functions of operators'),
            ('kaquan_migrator', 'login noinherit',   'Kaquan: runs db migrate'),
            ('kaquan_backend',  'nologin',           'Kaquan: group of the backends'' logins'),
            ('kaquan_gate',     'nologin',           'Kaquan: group of the gates'' logins'),
            ('kaquan_worker',   'login',             'Kaquan: the worker'),
            ('kaquan_operator', 'nologin',           'Kaquan: group of the operators'' logins'),
            ('kaquan_auditor',  'nologin',           'Kaquan: group of those who may look, not touch'),
            ('kaquan_monitor',  'nologin',           'Kaquan: group of monitoring logins')
        ) as role (name, attributes, meaning)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = r.name) then
            execute format('create role %I %s', r.name, r.attributes);
        end if;
        execute format('alter role %I nosuperuser nobypassrls nocreaterole nocreatedb noreplication', r.name);
        execute format('comment on role %I is %L', r.name, r.meaning);
    end loop;
end
$$;

-- The owner hands functions over to their roles; only the migrator becomes the owner, and has to say so.
grant kaquan_fn_claim, kaquan_fn_work, kaquan_fn_admin to kaquan_owner;
grant kaquan_owner to kaquan_migrator;
grant pg_read_all_stats to kaquan_monitor;

-- Rights of the database: nobody comes in who is not one of ours.
do $$
begin
    execute format('revoke connect, temporary on database %I from public', current_database());
    execute format('grant connect on database %I to kaquan_migrator, kaquan_backend, kaquan_gate, kaquan_worker,'
                   ' kaquan_operator, kaquan_auditor, kaquan_monitor', current_database());
end
$$;
revoke create on schema public from public;

-- The schema; one that is there already is taken over.
create schema if not exists kaquan authorization kaquan_owner;
alter schema kaquan owner to kaquan_owner;
revoke all on schema kaquan from public;
grant usage on schema kaquan to kaquan_migrator, kaquan_backend, kaquan_gate, kaquan_worker, kaquan_operator,
    kaquan_auditor, kaquan_monitor, kaquan_fn_claim, kaquan_fn_work, kaquan_fn_admin;

-- fill_commit() adds the key of a filled slot: making an index needs CREATE on the schema.
grant create on schema kaquan to kaquan_fn_work;

-- PUBLIC may execute every new function unless this says otherwise. It cannot be said for one schema only.
alter default privileges for role kaquan_owner, kaquan_fn_claim, kaquan_fn_work, kaquan_fn_admin
    revoke execute on functions from public;
alter default privileges for role kaquan_owner, kaquan_fn_claim, kaquan_fn_work, kaquan_fn_admin
    revoke usage on types from public;

-- Settings of logins. Members of a group do not inherit its settings: `backend add` sets those of each backend.
alter role kaquan_migrator set lock_timeout = '3s';
alter role kaquan_migrator set statement_timeout = 0;
alter role kaquan_worker set statement_timeout = '30s';
alter role kaquan_worker set lock_timeout = '2s';
alter role kaquan_worker set idle_in_transaction_session_timeout = '60s';
