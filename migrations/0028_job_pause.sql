-- Kinds of jobs that rest: nobody plans them until a person lets them go on. What people queue themselves is done all the same.

set local search_path = kaquan, pg_catalog, pg_temp;

create table job_pause (
  kind text primary key,
  person text not null,                           -- who the program says paused it
  who text not null default session_user,
  reason text,
  paused_at timestamptz not null default now()
);

-- There was a switch of schedules, which nothing turned; kinds that are due by a state had none.
insert into job_pause (kind, person, reason) select k.kind, session_user, 'schedule was off' from schedule k where not k.enabled;
do $one_switch$
declare
  was text := pg_get_viewdef('kaquan.job_due');
  line text := 'WHERE k.enabled';
begin
  if position(line in was) = 0 then
    raise exception 'job_due is not as it is expected';
  end if;
  execute 'create or replace view kaquan.job_due as ' || replace(was, line, '');
end $one_switch$;
alter table schedule drop column enabled;

-- As before, but for kinds that rest: what was due meanwhile is planned once when they go on.
create or replace function job_plan() returns integer
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  made integer;
begin
  insert into kaquan.job (kind, account_id, template_id, attempts)
    select d.kind, d.account_id, d.template_id, case when last.state = 'failed' then last.attempts else 0 end
      from kaquan.job_due d
      left join lateral (
        select j.state, j.attempts, j.run_at from kaquan.job j
         where j.kind = d.kind and coalesce(j.account_id, 0) = coalesce(d.account_id, 0)
           and coalesce(j.template_id, 0) = coalesce(d.template_id, 0)
         order by -j.id limit 1) last on true
     where d.due_at <= now() and not exists (select from kaquan.job_pause p where p.kind = d.kind)
       -- One that failed is planned again after its pause, which grows with the attempts it inherits.
       and (last.state in ('done', 'cancelled') or last.state = 'failed' and last.run_at <= now()) is not false
    on conflict do nothing;
  get diagnostics made = row_count;
  update kaquan.schedule k set next_at = now() + k.every
   where k.next_at <= now() and not exists (select from kaquan.job_pause p where p.kind = k.kind);
  return made;
end $$;

grant select                                on job_pause to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
-- job pause, job resume
grant insert (kind, person, reason), delete on job_pause to kaquan_worker, kaquan_operator;
