-- Makes a login of the group kaquan.group, or makes one that exists ready: member of it, short time-outs (members do not
-- inherit the settings of a group), commits that wait for the standby. No password: that is the administrator's.
do $$
declare
  login name := current_setting('kaquan.login');
begin
  if not exists (select from pg_catalog.pg_roles r where r.rolname = login) then
    execute format('create role %I login', login);
  end if;
  execute format('grant %I to %I', current_setting('kaquan.group'), login);
  execute format('alter role %I set statement_timeout = ''2s''', login);
  execute format('alter role %I set lock_timeout = ''250ms''', login);
  execute format('alter role %I set idle_in_transaction_session_timeout = ''5s''', login);
  execute format('alter role %I set synchronous_commit = on', login);
end $$
