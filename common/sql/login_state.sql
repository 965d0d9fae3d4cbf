-- Is a login ready to act as a member of the group $2, and may this session make it so?    -> ready, superuser
select exists (select from pg_catalog.pg_roles r where r.rolname = $1 and r.rolcanlogin
                  and pg_has_role(r.oid, $2::name, 'member')
                  and r.rolconfig @> array['statement_timeout=2s', 'lock_timeout=250ms', 'synchronous_commit=on',
                                           'idle_in_transaction_session_timeout=5s']) as ready,
       (select m.rolsuper from pg_catalog.pg_roles m where m.rolname = current_user) as superuser
