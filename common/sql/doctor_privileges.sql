-- What the worker needs and this session lacks.    -> privilege, object
select n.privilege, n.object
  from (values ('select', 'site'), ('select', 'account'), ('update', 'account'), ('update', 'credential'), ('update', 'template'),
               ('insert', 'job'), ('update', 'job'), ('insert', 'job_log'), ('insert', 'pool_card_00'), ('select', 'pool_need'),
               ('insert', 'whitelist_check'), ('insert', 'worker_heartbeat'),
               ('insert', 'api_limit'), ('insert', 'token_refusal'), ('insert', 'egress_address')) n (privilege, object)
 where not has_table_privilege(('kaquan.' || n.object)::regclass, n.privilege)
union all
select 'execute', f.name
  from (values ('fill_begin'), ('fill_commit'), ('epoch_revoke'), ('audit_write'), ('job_plan')) f (name)
 where not exists (select from pg_catalog.pg_proc p where p.proname = f.name and p.pronamespace = 'kaquan'::regnamespace
                      and has_function_privilege(p.oid, 'execute'))
