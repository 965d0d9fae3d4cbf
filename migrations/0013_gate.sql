-- The gates: tickets that are scanned, often many times. A gate asks ticket_admit(), which decides by the rule of the
-- ticket's template and keeps every scan with its answer. And what the event's house needs besides: a second person for
-- dangerous acts, statistics, and how long what is kept.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Days at the gate are those of this zone; the value is checked by using it.
alter table site add column event_zone text not null default 'Asia/Shanghai' check (now() at time zone event_zone is not null);

-- A time as people type it, and so much later: of the event's zone, unless it says how far it is from UTC.
create function typed_time(typed text, later interval default '0') returns timestamptz
language plpgsql stable strict set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  zone text := s.event_zone from kaquan.site s;
begin
  if typed = 'today' then
    return (date_trunc('day', now() at time zone zone) + later) at time zone zone;
  elsif typed ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$' then
    return (typed::timestamp + later) at time zone zone;
  elsif typed ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d(:?\d\d)?)$' then
    return typed::timestamptz + later;
  end if;
  raise exception '"%" is no time', typed using errcode = 'invalid_datetime_format';
end $$;

-- What a scan was answered: admitted, left (through an exit), or a reason of refusal. A closed list, with its help.
create type gate_verdict as enum ('admitted', 'left', 'unknown_template', 'unknown_code', 'void', 'consumed', 'deleted',
  'not_ready', 'early', 'over', 'closed', 'inside', 'used_up', 'used_up_today', 'used_up_here', 'gate_refused');
create table gate_reason (
  reason gate_verdict primary key,
  help text not null
);
insert into gate_reason values
  ('admitted',         'let in'),
  ('left',             'let out'),
  ('unknown_template', 'no such template, or not for this gate''s login (kept nowhere)'),
  ('unknown_code',     'no ticket has this code'),
  ('void',             'the ticket was made void'),
  ('consumed',         'the ticket was consumed at WeChat'),
  ('deleted',          'the visitor deleted the ticket'),
  ('not_ready',        'the card of this ticket is not signed yet'),
  ('early',            'before the first moment of the rule'),
  ('over',             'after the last moment of the rule'),
  ('closed',           'outside of the hours of the day'),
  ('inside',           'went in and was not scanned at an exit since'),
  ('used_up',          'all entries are used'),
  ('used_up_today',    'all entries of this day are used'),
  ('used_up_here',     'all entries at this gate are used'),
  ('gate_refused',     'refused by the gate itself while it was cut off');

-- Which login may admit to which account's events; checked against session_user.
create table gate_grant (
  login name not null,
  account_id bigint not null references account,
  granted_at timestamptz not null default now(),
  primary key (login, account_id)
);

-- How often, when and where a template's tickets are let in; null: no limit. A scan reads this one row: key, logins and
-- zone are copies, see gate_copy().
create table gate_rule (
  template_id integer primary key references template,
  template_key text collate "C" not null unique,
  logins name[] not null default '{}',
  zone text not null,
  entries integer default 1 check (entries > 0),      -- in all
  per_day integer check (per_day > 0),
  per_gate integer check (per_gate > 0),
  first_at timestamptz,                               -- of all entries
  last_at timestamptz,
  opens time,                                         -- of each day; closes before opens: past midnight
  closes time,
  exit_gates text[] collate "C" not null default '{}', -- scans there let out
  exits_count boolean not null default false,         -- in again only after a scan at an exit
  check (first_at < last_at),
  check ('' <> all (exit_gates)),
  check ((opens is null) = (closes is null))
);

-- Every scan and its answer, in a table of its own: found by its id (a scan that is repeated), by ticket (to count) and by
-- time. It only grows, but for the mark of an annulled entry.
create table ticket_scan (
  at timestamptz not null,
  template_id integer not null,
  entries integer not null,                       -- of the ticket in all, as answered
  verdict gate_verdict not null,
  conflict gate_verdict,                          -- a gate that was cut off let in whom the rule refuses
  annulled boolean not null default false,        -- counts no more
  uploaded boolean not null default false,        -- taken while the gate was cut off
  scan_id text collate "C" not null,
  request_id text collate "C",                    -- of the ticket; null: none has this code
  code text collate "C" not null,                 -- as scanned
  gate text collate "C" not null,
  primary key (scan_id, template_id)
);
create index ticket_scan_of on ticket_scan (request_id, template_id);
create index ticket_scan_at on ticket_scan using brin (at) with (pages_per_range = 32, autosummarize = on);

create type admit_answer as (admitted boolean, reason text, entries integer);

-- Refuses what only a faulty gate sends.
create function check_gate(template text, code text, gate text, scan_id text) returns void
language plpgsql stable security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  if '' = any (array[coalesce(template, ''), coalesce(code, ''), coalesce(gate, ''), coalesce(scan_id, '')]) then
    raise exception 'template, code, gate and scan_id are needed' using errcode = 'KQ400';
  end if;
  if octet_length(template) > 40 or octet_length(code) > 256 or octet_length(gate) > 40 or octet_length(scan_id) > 64 then
    raise exception 'template and gate take at most 40 bytes, code 256, scan_id 64' using errcode = 'KQ401';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'tickets are admitted in READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
      using errcode = 'KQ402', hint = 'call it outside of a transaction, or begin isolation level read committed';
  end if;
end $$;

-- The answer that a scan was given before.
create function scan_again(template_id integer, code text, gate text, scan_id text) returns kaquan.admit_answer
language plpgsql volatile as $$
declare
  s kaquan.ticket_scan;
begin
  s := x from kaquan.ticket_scan x where x.scan_id = scan_again.scan_id and x.template_id = scan_again.template_id;
  if (s.code, s.gate) is distinct from (code, gate) then
    raise exception 'this scan_id was used with another code or at another gate' using errcode = 'KQ404';
  end if;
  -- Under synchronous replication a repetition must wait for the standby like the scan it repeats.
  if current_setting('synchronous_standby_names') <> '' then
    perform pg_logical_emit_message(true, 'kaquan', 'replay');
  end if;
  return row(s.verdict <= 'left', case when s.verdict > 'left' then s.verdict end, s.entries)::kaquan.admit_answer;
end $$;

-- Decides about a scan by the rule r and keeps it. `told` null: now, at the gate; else it was taken at `taken_at` by a gate that
-- was cut off and let the visitor in or not: what happened is kept, with what the rule says against it.
-- Scans of one ticket are kept in line by an advisory lock of the transaction: the second counts what the first did.
create function scan_take(r kaquan.gate_rule, code text, gate text, scan_id text, taken_at timestamptz, told boolean)
  returns kaquan.admit_answer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
  t kaquan.ticket;
  moment timestamptz;
  day timestamptz;
  next_day timestamptz;
  hour time;
  entries bigint;
  today bigint;
  here bigint;
  went_in timestamptz;
  went_out timestamptz;
  verdict kaquan.gate_verdict;
  conflict kaquan.gate_verdict;
begin
  t := x from kaquan.ticket x where x.code = scan_take.code and x.template_id = r.template_id;
  if t.request_id is not null then
    perform pg_advisory_xact_lock(hashtextextended(t.request_id, r.template_id));
  end if;
  moment := coalesce(taken_at, clock_timestamp());
  if r.per_day is not null then
    day := date_trunc('day', moment, r.zone);
    next_day := (date_trunc('day', moment at time zone r.zone) + interval '1 day') at time zone r.zone;
  end if;
  if r.opens is not null then
    hour := moment at time zone r.zone;
  end if;
  select count(*) filter (where s.verdict = 'admitted'),
         count(*) filter (where s.verdict = 'admitted' and s.at >= day and s.at < next_day),
         count(*) filter (where s.verdict = 'admitted' and s.gate = scan_take.gate),
         max(s.at) filter (where s.verdict = 'admitted' and s.at <= moment),
         max(s.at) filter (where s.verdict = 'left' and s.at <= moment)
    into entries, today, here, went_in, went_out
    from kaquan.ticket_scan s
   where s.request_id = t.request_id and s.template_id = r.template_id and not s.annulled;
  verdict := case
    when t.request_id is null then 'unknown_code'
    when gate = any (r.exit_gates) then 'left'
    when t.state = 'void' then 'void'
    when t.state = 'consumed' then 'consumed'
    when t.state = 'deleted' then 'deleted'
    when t.state = 'claiming' then 'not_ready'
    when moment < r.first_at then 'early'
    when moment >= r.last_at then 'over'
    when (hour >= r.opens and hour < r.closes or r.closes <= r.opens and (hour >= r.opens or hour < r.closes)) is false
      then 'closed'
    when r.exits_count and went_in >= coalesce(went_out, '-infinity') then 'inside'
    when entries >= r.entries then 'used_up'
    when today >= r.per_day then 'used_up_today'
    when here >= r.per_gate then 'used_up_here'
    else 'admitted' end;
  if told and verdict > 'left' then
    conflict := verdict;
    verdict := case when gate = any (r.exit_gates) then 'left' else 'admitted' end;
  elsif not told and verdict <= 'left' then
    verdict := 'gate_refused';
  end if;
  if verdict = 'admitted' then
    entries := entries + 1;
  end if;
  insert into kaquan.ticket_scan (at, template_id, entries, verdict, conflict, uploaded, scan_id, request_id, code, gate)
    values (moment, r.template_id, entries, verdict, conflict, told is not null, scan_id, t.request_id, code, gate)
    on conflict do nothing;
  if not found then
    return kaquan.scan_again(r.template_id, code, gate, scan_id);
  end if;
  return row(verdict <= 'left', case when verdict > 'left' then verdict end, entries)::kaquan.admit_answer;
end $$;

-- May the ticket with this code of `template` pass `gate` now? `scan_id` is the gate's own name of this scan, new for each
-- (a UUIDv7): the same one is answered the same again, so a gate that heard nothing asks again. `reason` says why not, from
-- the list in gate_reason; `entries` are those of the ticket in all, with this one.
create function ticket_admit(template text, code text, gate text, scan_id text) returns kaquan.admit_answer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  r kaquan.gate_rule;
begin
  if (octet_length(template) between 1 and 40 and octet_length(code) between 1 and 256
      and octet_length(gate) between 1 and 40 and octet_length(scan_id) between 1 and 64
      and current_setting('transaction_isolation') = 'read committed') is not true then
    perform kaquan.check_gate(template, code, gate, scan_id);
  end if;
  r := x from kaquan.gate_rule x where x.template_key = template and session_user = any (x.logins);
  if r.template_id is null then
    return row(false, 'unknown_template', 0)::kaquan.admit_answer;
  end if;
  return kaquan.scan_take(r, code, gate, scan_id, null, null);
end $$;

-- A scan that a gate took while it was cut off, kept with what happened. outcome: new; known (it was kept before); conflict (the
-- gate let in whom the rule refuses, `reason` says why). Not kept: unknown_template; reused (the scan_id is another scan's);
-- bad_time (in the future, or more than a week ago).
create function scan_upload(template text, code text, gate text, scan_id text, taken_at timestamptz, told boolean,
    out outcome text, out reason text)
language plpgsql volatile security definer set search_path = pg_catalog, kaquan, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  r kaquan.gate_rule;
  s kaquan.ticket_scan;
begin
  perform kaquan.check_gate(template, code, gate, scan_id);
  r := x from kaquan.gate_rule x where x.template_key = template;
  s := x from kaquan.ticket_scan x where x.scan_id = scan_upload.scan_id and x.template_id = r.template_id;
  outcome := case
    when r.template_id is null then 'unknown_template'
    when s.scan_id is not null then case when (s.code, s.gate) = (code, gate) then 'known' else 'reused' end
    when taken_at not between now() - interval '7 days' and now() + interval '5 min' then 'bad_time' end;
  if outcome is null then
    perform kaquan.scan_take(r, code, gate, scan_id, taken_at, told);
    reason := x.conflict from kaquan.ticket_scan x where x.scan_id = scan_upload.scan_id and x.template_id = r.template_id;
    outcome := case when reason is null then 'new' else 'conflict' end;
  end if;
end $$;

-- Keeps the copies in the rules. A change for many templates waits for those being made, which it could not see, and they
-- for it.
create function gate_copy() returns trigger
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  if tg_table_name = 'template' then
    perform pg_advisory_xact_lock_shared(hashtext('kaquan.gate_copy'));
    insert into kaquan.gate_rule as r (template_id, template_key, logins, zone)
      select new.id, new.key, array(select g.login from kaquan.gate_grant g where g.account_id = new.account_id), s.event_zone
        from kaquan.site s
      on conflict on constraint gate_rule_pkey do update set template_key = excluded.template_key;
  else
    perform pg_advisory_xact_lock(hashtext('kaquan.gate_copy'));
    update kaquan.gate_rule r set (logins, zone) =
        (array(select g.login from kaquan.gate_grant g where g.account_id = t.account_id), s.event_zone)
      from kaquan.template t, kaquan.site s where t.id = r.template_id;
  end if;
  return null;
end $$;
create trigger gate_copy after insert or update of key on template for each row execute function gate_copy();
create trigger gate_copy after insert or delete on gate_grant for each row execute function gate_copy();
create trigger gate_copy after update of event_zone on site for each row execute function gate_copy();
insert into gate_rule (template_id, template_key, zone) select t.id, t.key, s.event_zone from template t, site s;

alter function gate_copy owner to kaquan_fn_work;
alter function check_gate owner to kaquan_fn_claim;
alter function scan_again owner to kaquan_fn_claim;
alter function scan_take owner to kaquan_fn_claim;
alter function ticket_admit owner to kaquan_fn_claim;
alter function scan_upload owner to kaquan_fn_claim;

grant select, insert, update on gate_rule to kaquan_fn_work;
grant select on gate_grant to kaquan_fn_work;
grant select on gate_rule to kaquan_fn_claim;
grant select, insert on ticket_scan to kaquan_fn_claim;
grant execute on function ticket_admit to kaquan_gate, kaquan_backend; -- whom gate_grant names
grant usage on type admit_answer, gate_verdict to kaquan_gate, kaquan_backend, kaquan_fn_claim;
grant execute on function scan_upload, typed_time to kaquan_worker;
grant select on gate_reason, gate_grant, gate_rule, ticket_scan to kaquan_worker;
grant insert, delete on gate_grant to kaquan_worker;
grant update on gate_rule to kaquan_worker;
grant update (annulled) on ticket_scan to kaquan_worker;
grant select on gate_reason, gate_rule to kaquan_operator, kaquan_auditor, kaquan_monitor;

-- --- a second person ---

-- Where this is on, dangerous commands are kept as requests until another person confirms them.
alter table site add column second_person boolean not null default false;
create table act_request (
  id bigint generated always as identity primary key,
  noun text not null,                             -- the command as it was typed
  verb text not null,
  params jsonb not null,                          -- its arguments, options and input
  private boolean not null default false,         -- names a visitor: forgotten when it is over
  sealed bytea,                                   -- an input that is a secret: CMS, for the worker's key
  person text not null,                           -- as in audit_log
  who text not null default session_user,
  reason text,
  created_at timestamptz not null default now(),
  state text not null default 'waiting' check (state in ('waiting', 'confirmed', 'done', 'failed', 'withdrawn')),
  ended_by text,
  ended_at timestamptz,
  error_text text,
  check (state in ('waiting', 'withdrawn') or split_part(ended_by, '@', 1) <> split_part(person, '@', 1))
);
grant select, insert on act_request to kaquan_worker;
grant update (params, state, ended_by, ended_at, error_text) on act_request to kaquan_worker;

-- What the audit log keeps of a request: no secret, no visitor, and no long list.
create function act_record(r act_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_jsonb(r) - 'sealed' - case when r.private then 'params' else '' end #- '{params,input}'
$$;
grant execute on function act_record to kaquan_worker;

-- --- statistics ---

-- stat_minute is summed from the tickets' own times: these find what happened lately.
create index ticket_event_at on ticket_event using brin (at) with (pages_per_range = 32, autosummarize = on);
insert into ticket_step (kind, help) values ('entry_annulled', 'an entry at the gate counts no more');

-- WeChat's own figures of an account, by its day; under the names that WeChat gives them.
create table stat_wechat_day (
  account_id bigint not null references account,
  day date not null,
  view_cnt bigint not null,
  view_user bigint not null,
  receive_cnt bigint not null,
  receive_user bigint not null,
  verify_cnt bigint not null,
  verify_user bigint not null,
  given_cnt bigint not null,
  given_user bigint not null,
  expire_cnt bigint not null,
  expire_user bigint not null,
  fetched_at timestamptz not null default now(),
  primary key (account_id, day)
);
grant select on stat_wechat_day to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant insert, update on stat_wechat_day to kaquan_worker;

-- WeChat has yesterday's figures from 8 o'clock in China on.
insert into schedule (kind, every, next_at) values
  ('stat_late', '1 h', now() + interval '1 h'),
  ('stat_wechat', '1 d', date_trunc('day', now(), 'Asia/Shanghai') + interval '1 day 9 h');

-- --- what is kept how long ---

-- Refused scans and minutes outlive the week in which scans may still be uploaded.
alter table site
  add column keep_job_log interval not null default '14 d' check (keep_job_log >= interval '0'),
  add column keep_checks interval not null default '90 d' check (keep_checks >= interval '0'),
  add column keep_events interval not null default '90 d' check (keep_events >= interval '1 d'),
  add column keep_refused_scans interval not null default '90 d' check (keep_refused_scans >= interval '8 d'),
  add column keep_minutes interval not null default '400 d' check (keep_minutes >= interval '8 d');
grant delete on job_log, ticket_scan, wx_event, stat_minute to kaquan_worker;
