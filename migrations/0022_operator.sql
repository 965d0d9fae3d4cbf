-- Who may do what: people work as members of kaquan_operator, look as kaquan_auditor, watch as kaquan_monitor. Nobody but the worker
-- reads what is sealed, or writes credentials, leases, epochs, pools, cards, tickets and pushes; what people do to these goes through
-- a job, or through the functions below. Who may claim or admit (backend_grant, gate_grant), where an account's API is and which
-- certificate secrets are sealed to stays with kaquan_worker.

set local search_path = kaquan, pg_catalog, pg_temp;

-- --- what GRANTs on columns cannot say ---

-- A row with a secret in it can be read in parts only. What statements asked of the whole row they find here.
alter table account add column has_secret boolean not null generated always as (secret is not null) stored;

create view credential_due as
select c.account_id, c.kind, credential_due_at(c) as due_at from credential c;

-- What the audit log keeps of an account: all but its secret. Volatile: it sees what the statement that calls it wrote.
create function account_record(account_id bigint) returns jsonb
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  select to_jsonb(a) - 'secret' from kaquan.account a where a.id = $1
$$;

-- And of a request: no secret, no visitor, and no long list.
drop function act_record(act_request);
create function act_record(request_id bigint) returns jsonb
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  select to_jsonb(r) - 'sealed' - case when r.private then 'params' else '' end #- '{params,input}' from kaquan.act_request r where r.id = $1
$$;

-- Whoever changes a template, an account or the site changes copies in the pool with it.
alter function pool_copy_changed() security definer;
alter function pool_copy_changed() owner to kaquan_fn_work;
revoke insert on pool from kaquan_worker;

-- Counts claims, adds and entries of the last seconds again, by the full minute: a transaction may commit late, a push or a gate's
-- upload come late, an entry be annulled. Returns how many minutes have other figures now.
create function stat_sum(seconds double precision) returns bigint
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  since timestamptz := date_trunc('minute', now() - make_interval(secs => seconds));
  changed bigint;
begin
  with seen as (
    select t.template_id, date_trunc('minute', t.claimed_at) as minute, count(*) as claims, 0 as adds, 0 as entries
      from kaquan.ticket t where t.claimed_at >= since group by 1, 2
    union all
    select e.template_id, date_trunc('minute', e.at), 0, count(*), 0
      from kaquan.ticket_event e where e.at >= since and e.kind = 'added' group by 1, 2
    union all
    select s.template_id, date_trunc('minute', s.at), 0, 0, count(*)
      from kaquan.ticket_scan s where s.at >= since and s.verdict = 'admitted' and not s.annulled group by 1, 2
    union all -- what was counted and is not there any more
    select m.template_id, m.minute, 0, 0, 0 from kaquan.stat_minute m where m.minute >= since),
  sums as (select s.template_id, s.minute, sum(s.claims) as claims, sum(s.adds) as adds, sum(s.entries) as entries from seen s group by 1, 2)
  insert into kaquan.stat_minute as m (template_id, minute, claims, adds, entries)
  select s.template_id, s.minute, s.claims, s.adds, s.entries
    from sums s left join kaquan.stat_minute k on k.template_id = s.template_id and k.minute = s.minute
   where (k.claims, k.adds, k.entries) is distinct from (s.claims, s.adds, s.entries)
   order by 1, 2 -- two who count at once lock in one order, and nothing that stays as it is
  on conflict (template_id, minute) do update set (claims, adds, entries) = (excluded.claims, excluded.adds, excluded.entries);
  get diagnostics changed = row_count;
  return changed;
end $$;

-- Makes an entry (or a scan at an exit) count no more. No row when there is none, or not any more.
create function gate_annul(template text, scan_id text) returns table (record jsonb, ago double precision)
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  with gone as (
    update kaquan.ticket_scan s set annulled = true
      from kaquan.template t
     where t.key = $1 and s.template_id = t.id and s.scan_id = $2 and s.verdict in ('admitted', 'left') and not s.annulled
    returning s.*),
  told as (
    insert into kaquan.ticket_event (request_id, template_id, kind, detail)
    select g.request_id, g.template_id, 'entry_annulled', jsonb_build_object('scan_id', g.scan_id, 'gate', g.gate, 'at', g.at)
      from gone g where g.request_id is not null)
  select to_jsonb(g), extract(epoch from now() - g.at)::double precision from gone g
$$;

-- Lets the worker read pushes again: one by its id, or those of an account in a state; returns how many. An erased one has nothing
-- to read; the identity of a repeat is another's until it is read.
create function event_replay(id bigint, account_id bigint, state text) returns bigint
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  with again as (
    update kaquan.wx_event e set state = 'new', identity = case when e.state <> 'repeat' then e.identity end
     where e.state <> 'new' and e.payload <> ''
       and ($1 is null or e.id = $1)
       and ($2 is null or e.account_id = $2 and e.state = $3)
    returning 1)
  select count(*) from again
$$;

-- Takes a person out of everything that is kept of the tickets: nothing else of them changes. Pushes that were not read, or
-- found no ticket, are searched as they came; one that waits is not read any more. Returns how many held the person, and how many
-- pushes are encrypted, which nobody can search.
create function ticket_erase(person text, out tickets bigint, out pushes bigint, out steps bigint, out encrypted bigint)
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  with mine as materialized (
    select o.request_id, o.template_id from kaquan.tickets_of($1) o
    union select e.request_id, e.template_id from kaquan.wx_event e where e.openid = $1 and e.request_id is not null),
  tickets as (
    update kaquan.ticket t set openid = nullif(t.openid, $1), holder = nullif(t.holder, $1) from mine m
     where t.request_id = m.request_id and t.template_id = m.template_id and (t.openid = $1 or t.holder = $1) returning 1),
  pushes as (
    update kaquan.wx_event e
       set payload = '', openid = nullif(e.openid, $1), detail = '{}', note = 'erased',
           state = case when e.state in ('applied', 'repeat') then e.state else 'unread' end
     where e.openid = $1
        or e.state not in ('applied', 'repeat') and (position($1 in e.payload) > 0 or position($1 in e.detail::text) > 0)
        or (e.request_id, e.template_id) in (select m.request_id, m.template_id from mine m)
       and position($1 in e.detail::text) > 0 returning 1),
  steps as (
    update kaquan.ticket_event e
       set detail = (select coalesce(jsonb_object_agg(d.key, d.value), '{}') from jsonb_each(e.detail) d
                      where d.value <> to_jsonb($1))
      from mine m
     where e.request_id = m.request_id and e.template_id = m.template_id and position($1 in e.detail::text) > 0 returning 1),
  drifts as (
    update kaquan.ticket_drift d set holder = nullif(d.holder, $1), openid = nullif(d.openid, $1)
     where d.holder = $1 or d.openid = $1),
  persons as (
    delete from kaquan.ticket_person p where p.person = $1)
  select (select count(*) from tickets), (select count(*) from pushes), (select count(*) from steps),
         (select count(*) from kaquan.wx_event e where e.state in ('new', 'unread') and e.payload ~ 'Encrypt[>"]')
$$;

-- A reset waits for the worker, which alone speaks to WeChat.
alter table quota_reset add column sent_at timestamptz; -- null: not yet
update quota_reset set sent_at = asked_at;

-- --- which right is missing ---

-- Has a role a right: "insert job" (of a column at least), "select ticket.code", "execute epoch_revoke"?
create function right_held(role name, needed text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when r.what = 'execute'
              then exists (select from pg_proc p where p.pronamespace = 'kaquan'::regnamespace and p.proname = r.name
                              and has_function_privilege(role, p.oid, 'execute'))
              when r.part <> '' then has_column_privilege(role, 'kaquan.' || r.name, r.part, r.what)
              when r.what = 'delete' then has_table_privilege(role, 'kaquan.' || r.name, r.what)
              else has_any_column_privilege(role, 'kaquan.' || r.name, r.what) end
    from (select split_part(needed, ' ', 1) as what, split_part(split_part(needed, ' ', 2), '.', 1) as name,
                 split_part(needed, '.', 2) as part) r
$$;

-- The command that gives this session a right, by the group of operators where they have it; null when nothing is missing.
create function right_missing(needed text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when kaquan.right_held(current_user, needed) then null
              when kaquan.right_held('kaquan_operator', needed) then format('grant kaquan_operator to %I', session_user)
              else format('grant %s%s on %skaquan.%I to %I', r.what, ' (' || nullif(r.part, '') || ')',
                          case r.what when 'execute' then 'function ' end, r.name, session_user) end
    from (select split_part(needed, ' ', 1) as what, split_part(split_part(needed, ' ', 2), '.', 1) as name,
                 split_part(needed, '.', 2) as part) r
$$;

-- --- the functions' owners ---

alter function account_record owner to kaquan_fn_admin;
alter function act_record owner to kaquan_fn_admin;
alter function gate_annul owner to kaquan_fn_admin;
alter function event_replay owner to kaquan_fn_admin;
alter function ticket_erase owner to kaquan_fn_admin;
alter function stat_sum owner to kaquan_fn_work;

grant select on ticket, ticket_event, ticket_scan                                   to kaquan_fn_work;
grant select on account, act_request, template, ticket, ticket_event, ticket_scan,
                ticket_person, ticket_drift, wx_event                               to kaquan_fn_admin;
grant update (annulled)                               on ticket_scan                to kaquan_fn_admin;
grant update (openid, holder)                         on ticket                     to kaquan_fn_admin;
grant update (detail), insert                         on ticket_event               to kaquan_fn_admin;
grant update (state, identity, payload, openid, detail, note) on wx_event           to kaquan_fn_admin;
grant update (holder, openid)                         on ticket_drift               to kaquan_fn_admin;
grant delete                                          on ticket_person              to kaquan_fn_admin;
grant execute on function tickets_of                                                to kaquan_fn_admin;

-- --- who looks ---

grant execute on function right_held, right_missing       to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;

-- Monitoring: the life of credentials, not even their fingerprint.
grant select (account_id, kind, valid_until)          on credential                 to kaquan_monitor;
grant select (has_secret)                             on account                    to kaquan_monitor;

-- Operators and auditors see all but what is sealed, and the signatures of cards.
grant select (has_secret, created_at, updated_at)     on account                    to kaquan_operator, kaquan_auditor;
grant select (account_id, key_id, set_at)             on account_callback           to kaquan_operator, kaquan_auditor;
grant select (account_id, kind, key_id, fingerprint, epoch, first_seen_at, confirmed_at, fetched_at, valid_until, age_known,
              successor_lead_s, suspect_epoch, lease_owner, lease_fence, lease_until, next_try_at, fail_streak, breaker,
              breaker_until, budget_day, budget_used, forced_used, last_class, last_errcode, last_text, last_host)
                                                      on credential                 to kaquan_operator, kaquan_auditor;
grant select (id, noun, verb, params, private, person, who, reason, created_at, state, ended_by, ended_at, error_text)
                                                      on act_request                to kaquan_operator, kaquan_auditor;
grant select (request_id, template_id, code, openid, holder, state, claimed_at, valid_until, signed_at, epoch, nonce, public_id)
                                                      on ticket                     to kaquan_operator, kaquan_auditor;
grant select on
  backend_grant, gate_grant, worker_key,              -- who may what; certificates
  credential_due, credential_history, pool_need,
  code_stock, bulk, bulk_item,
  ticket_event, ticket_past_code, ticket_person, ticket_scan, ticket_drift, ticket_reconcile,
  wx_event                                                                          to kaquan_operator, kaquan_auditor;
grant execute on function account_record, act_record,
  tickets_of, tickets_named, ticket_oldest, ticket_of_row, ticket_history, typed_time, shown_time
                                                                                    to kaquan_operator, kaquan_auditor;

-- --- what operators do, by the command ---

-- account add, set-secret, set-aes-key, enable: what they seal they never read. api_base is not theirs: a secret is sent there.
grant insert (key, appid, name, original_id, token_mode, secret, secret_key_id, secret_set_at) on account           to kaquan_operator;
grant update (secret, secret_key_id, secret_set_at, enabled, version, updated_at)              on account           to kaquan_operator;
grant insert (account_id, aes_key, key_id), update (aes_key, key_id, set_at)                   on account_callback  to kaquan_operator;
-- template import, set, delete: what they write. The card at WeChat is the worker's.
grant insert (account_id, key, card_type, title, body, code_mode, bind_openid, stock)          on template          to kaquan_operator;
grant update (card_type, title, body, code_mode, bind_openid, stock, pool_target, pool_low, sale_from, sale_until, paused,
              status, wechat_status, refuse_reason, review_due_at, version, updated_at)        on template          to kaquan_operator;
grant insert (template_id, change)                                                             on template_stock_change to kaquan_operator;
-- pool import
grant insert (line, code), truncate, select                                                    on code_import_line  to kaquan_operator;
grant insert (template_id, code)                                                               on code_stock        to kaquan_operator;
grant insert (template_id, imported, free), update (imported, free)                            on code_level        to kaquan_operator;
grant execute on function code_import                                                                               to kaquan_operator;
-- job queue, retry, cancel, and all that is left to the worker
grant insert (kind, account_id, template_id, params), update (run_at, state, attempts, finished_at) on job          to kaquan_operator;
-- ticket void, consume, change-code, update; bulk cancel
grant insert (account_id, template_id, act, person, reason), update (cancelled_at)             on bulk              to kaquan_operator;
grant insert (bulk_id, n, request_id, code, argument), update (state, ended_at)                on bulk_item         to kaquan_operator;
-- ticket reconcile, repair, erase; event replay
grant insert (template_id, filter, most, person),
      update (run, filter, most, person, place, looked, drifts, begun_at, ended_at)            on ticket_reconcile  to kaquan_operator;
grant update (repair)                                                                          on ticket_drift      to kaquan_operator;
grant execute on function ticket_erase, event_replay                                                                to kaquan_operator;
-- gate rule, annul, upload
grant update (entries, per_day, per_gate, first_at, last_at, opens, closes, exit_gates, exits_count) on gate_rule   to kaquan_operator;
grant execute on function gate_annul, scan_upload, stat_sum                                                         to kaquan_operator;
-- epoch revoke; credential refresh has credential_retry() and a job
grant execute on function epoch_revoke                                                                              to kaquan_operator;
-- quota reset
grant insert (account_id, month, person)                                                       on quota_reset       to kaquan_operator;
-- doctor confirm
grant insert (account_id, item, person, reason), update (person, reason, confirmed_at)         on go_live_item      to kaquan_operator;
-- a second person's request
grant insert (noun, verb, params, sealed, private, person, reason, key_id),
      update (params, sealed, state, ended_by, ended_at, error_text)                                   on act_request       to kaquan_operator;
-- site set
grant update (bucket, buckets, time_scale, margin, timestamp_quoted, renew_window, keep_finished_jobs, event_zone, second_person,
              keep_job_log, keep_checks, keep_events, keep_refused_scans, keep_minutes, quota_reserve, keep_kept_events, keep_bulk,
              environment)                                                                     on site              to kaquan_operator;

-- --- the worker ---

grant select on credential_due                                                                                      to kaquan_worker;
grant execute on function account_record, act_record, stat_sum, gate_annul, event_replay, ticket_erase              to kaquan_worker;
