-- What the worker does when: the view of all that is due, the queue, and the audit log.

set local search_path = kaquan, pg_catalog, pg_temp;

insert into schedule (kind, every) values
  ('whitelist_check', '6 h'),
  ('stat_minute', '1 min'),
  ('prune', '1 h');

-- Tickets of a template, without counting a big table: what stat_minute has summed, and a count of the last minutes.
create function ticket_count(template_id integer) returns bigint
language sql stable set search_path = pg_catalog, kaquan, pg_temp as $$
  select coalesce((select sum(m.claims) from kaquan.stat_minute m
                    where m.template_id = $1 and m.minute < date_trunc('minute', now()) - interval '10 min'), 0)
       + (select count(*) from kaquan.ticket t
           where t.template_id = $1 and t.claimed_at >= date_trunc('minute', now()) - interval '10 min')
$$;

-- Claims per minute: the highest of the last 5 minutes, the last hour and the last day at this time of day.
create function claim_rate(template_id integer) returns double precision
language sql stable set search_path = pg_catalog, kaquan, pg_temp as $$
  select greatest(
    coalesce(sum(m.claims) filter (where m.minute >= now() - interval '6 min'), 0) / 5.0,
    coalesce(sum(m.claims) filter (where m.minute >= now() - interval '61 min'), 0) / 60.0,
    coalesce(sum(m.claims) filter (where m.minute < now() - interval '22 h'), 0) / 120.0)::double precision
  from kaquan.stat_minute m
  where m.template_id = $1 and (m.minute >= now() - interval '61 min'
     or m.minute between now() - interval '24 h' and now() - interval '22 h')
$$;

-- What is left of a template's stock; infinite when we do not limit it.
create function stock_left(template_id integer, stock bigint) returns double precision
language sql stable set search_path = pg_catalog, kaquan, pg_temp as $$
  select case when stock is null then 'infinity'::double precision else greatest(0, stock - kaquan.ticket_count(template_id)) end
$$;

-- Every template with how full its pool is and how many cards it should have.
--   wanted: the target, or what the claim rate takes for the rest of the epoch plus a fifth, within the stock left.
--   fillable: approved, on sale, and there is an epoch worth signing in. Its end is that of the history, which a fill takes
--   over: cards that could not be claimed are not signed.
create view pool_status as
select t.id as template_id, t.key as template, t.account_id, a.key as account, t.title, t.status, t.paused,
       p.slot, p.fill, p.epoch, p.valid_until, p.usable_until, p.opened_at, p.final,
       coalesce(p.last_ordinal - p.first_ordinal + 1, 0) as signed,
       case when clock_timestamp() < p.usable_until
            then kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal) else 0 end as ready,
       t.pool_target, t.pool_low, t.stock, nullif(rest.stock, 'infinity')::bigint as stock_left,
       rate.per_minute,
       least(greatest(t.pool_target, ceil(1.2 * rate.per_minute * greatest(0,
               extract(epoch from h.valid_until - clock_timestamp()) / 60))), rest.stock)::bigint as wanted,
       c.epoch as credential_epoch,
       t.status = 'approved' and not t.paused and a.enabled and not t.bind_openid and c.epoch > p.revoked_epoch
         and h.valid_until - p.margin > clock_timestamp()
         and coalesce(t.sale_until, 'infinity') > clock_timestamp() as fillable
  from template t
  join account a on a.id = t.account_id
  join pool p on p.template_id = t.id
  join credential c on c.account_id = t.account_id and c.kind = 'api_ticket'
  left join credential_history h on (h.account_id, h.kind, h.epoch) = (c.account_id, c.kind, c.epoch)
  cross join lateral (select kaquan.claim_rate(t.id) as per_minute) rate
  cross join lateral (select kaquan.stock_left(t.id, t.stock) as stock) rest;

-- The pools that want a fill, and why. An open pool is filled again only below half of what it should have, so that a
-- fill always makes a difference.
create view pool_need as
select s.*, case when s.fill is null then 'first fill'
                 when s.epoch < s.credential_epoch then 'rotation'
                 when s.ready < s.pool_low then 'low water'
                 else 'claim rate' end as reason
  from pool_status s
 where s.fillable and s.wanted > 0
   and (s.fill is null or s.epoch < s.credential_epoch
        or s.ready < s.wanted / 2.0 and s.ready < greatest(s.pool_low, 5 * s.per_minute));

-- All that is due by its state, or will be: the worker sleeps until the first of it.
create view job_due as
select 'credential_refresh' as kind, c.account_id, null::integer as template_id,
       min(greatest(credential_due_at(c), c.lease_until, case when c.breaker = 'open' then c.breaker_until end,
                    case when credential_budget_left(c) <= 0 then clock_timestamp() + wx_scaled(600) end)) as due_at
  from credential c join account a on a.id = c.account_id and a.enabled and a.secret is not null
 group by c.account_id
union all
select 'template_review', t.account_id, t.id, t.review_due_at from template t where t.status = 'waiting'
union all
select 'pool_fill', n.account_id, n.template_id, now() from pool_need n
union all
select 'ticket_renew', t.account_id, null, min(r.wanted_at)
  from ticket_renewal r join template t on t.id = r.template_id
  join credential c on c.account_id = t.account_id and c.kind = 'api_ticket' and c.valid_until > now()
 group by t.account_id
union all
select k.kind, null, null, k.next_at from schedule k where k.enabled;

-- An answer that proves a shorter life of an api_ticket shortens that of its cards at once.
create function epoch_shortened() returns trigger
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  update kaquan.pool p set valid_until = new.valid_until, usable_until = least(p.usable_until, new.valid_until - p.margin)
    where p.account_id = new.account_id and p.epoch = new.epoch and p.valid_until > new.valid_until;
  return null;
end $$;
alter function epoch_shortened owner to kaquan_fn_work;
create trigger epoch_shortened after update of valid_until on credential_history for each row
  when (new.kind = 'api_ticket' and new.valid_until < old.valid_until) execute function epoch_shortened();

-- The last job of a kind for an account and template, in one look. By -id, which no other index has in order: for `id desc` the
-- planner walks the primary key, and past all jobs when there was none.
create index job_last_of on job (kind, coalesce(account_id, 0), coalesce(template_id, 0), (-id));

-- Queues what is due and not queued or running yet. Returns how many jobs it made.
create function job_plan() returns integer
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
     where d.due_at <= now()
       -- One that failed is planned again after its pause, which grows with the attempts it inherits.
       and (last.state in ('done', 'cancelled') or last.state = 'failed' and last.run_at <= now()) is not false
    on conflict do nothing;
  get diagnostics made = row_count;
  update kaquan.schedule k set next_at = now() + k.every where k.enabled and k.next_at <= now();
  return made;
end $$;

-- A queued job is told to the workers that listen; a NOTIFY costs nothing when nobody does.
create function job_tell() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  perform pg_notify('kaquan_job', new.kind);
  return null;
end $$;
create trigger job_tell after insert on job for each row execute function job_tell();
create trigger job_tell_again after update of state on job for each row
  when (new.state = 'queued' and old.state <> 'queued') execute function job_tell();

-- One row of the audit log, in the caller's transaction: the act and its record commit together or not at all. Rows are
-- chained: each hash covers the row and the hash before it. `person` is who the program says is at the keyboard.
create function audit_write(person text, action text, object text, before jsonb, after jsonb, reason text) returns void
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  head bytea;
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('kaquan.audit_log', 0)); -- one chain, one writer at a time
  moment := clock_timestamp();
  select a.hash into head from kaquan.audit_log a order by a.id desc limit 1;
  insert into kaquan.audit_log (at, who, person, action, object, before, after, reason, previous, hash)
    values (moment, session_user, audit_write.person, audit_write.action, audit_write.object, audit_write.before,
            audit_write.after, audit_write.reason, head,
            sha256(coalesce(head, '') || convert_to(jsonb_build_array(extract(epoch from moment), session_user,
                   audit_write.person, audit_write.action, audit_write.object, audit_write.before, audit_write.after,
                   audit_write.reason)::text, 'UTF8')));
end $$;
alter function audit_write owner to kaquan_fn_admin;

create function audit_only_grows() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  raise exception 'the audit log only grows' using errcode = 'KQ410';
end $$;
create trigger audit_only_grows before update or delete on audit_log for each row execute function audit_only_grows();
create trigger audit_not_emptied before truncate on audit_log for each statement execute function audit_only_grows();

grant select, insert on audit_log to kaquan_fn_admin;
grant select on audit_log to kaquan_auditor, kaquan_operator, kaquan_worker;
grant execute on function audit_write to kaquan_worker, kaquan_operator;

-- The worker's own rights: what its jobs and its command line do.
grant select on site, worker_key, account, backend_grant, credential, credential_history, host_block, whitelist_check, api_usage,
  template, template_revision, ticket, ticket_renewal, ticket_outer, ticket_event, pool, pool_slot, batch, job, job_log, schedule,
  worker_heartbeat, stat_minute, schema_migration, pool_status, pool_need, job_due to kaquan_worker;
grant insert, update on account, credential, credential_history, host_block, api_usage, template, worker_key, ticket, job,
  worker_heartbeat, stat_minute, schedule to kaquan_worker;
grant update on site to kaquan_worker;
grant insert on whitelist_check, template_revision, ticket_event, job_log, backend_grant, pool to kaquan_worker;
grant update on pool to kaquan_worker; -- through pool_copy()
grant insert, update on ticket_renewal to kaquan_worker; -- update: its rows are locked while they are signed
grant delete on backend_grant, host_block, ticket_renewal, job, whitelist_check, worker_heartbeat to kaquan_worker;
grant execute on function job_plan, ticket_count, claim_rate, pool_copy_changed, job_tell to kaquan_worker;

-- People and monitors read through views and the tables that hold neither secrets nor visitors; the console shows these.
grant select on pool_status, job_due, template, batch, job, job_log, schedule, worker_heartbeat, stat_minute, whitelist_check,
  host_block, api_usage, schema_migration, site to kaquan_operator, kaquan_auditor, kaquan_monitor;
grant select (id, key, appid, name, original_id, secret_key_id, secret_set_at, token_mode, api_base, enabled, version)
  on account to kaquan_operator, kaquan_auditor, kaquan_monitor;
grant select (template_id, claimed_at) on ticket to kaquan_operator, kaquan_auditor, kaquan_monitor; -- to count
grant execute on function pool_ready, ticket_count, claim_rate, stock_left to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
