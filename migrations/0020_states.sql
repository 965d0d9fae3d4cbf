-- Tickets expire when WeChat's validity of their card ends, and are valid again when it is prolonged. What a second person
-- confirms is over in one transaction. And what nobody needed is gone.

set local search_path = kaquan, pg_catalog, pg_temp;

-- --- expired tickets ---

-- Until when WeChat lets the tickets of a template be used, from what it was sent or said last (date_info).
create table template_validity (
  template_id integer primary key references template,
  ends_at timestamptz,                            -- of all tickets, the first moment after it; null: no end
  days integer,                                   -- of each ticket from the day it was taken on, those of waiting included; null: no end
  changed_at timestamptz not null default '-infinity'
);

-- end_timestamp is the last second; with a term it is a hard end for all. A term's days are China's.
create function template_dates(body jsonb, out ends_at timestamptz, out days integer)
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when d.date ->> 'end_timestamp' ~ '^[1-9]\d{0,9}$' then to_timestamp((d.date ->> 'end_timestamp')::bigint + 1) end,
         case when d.date ->> 'type' in ('DATE_TYPE_FIX_TERM', '2') and d.date ->> 'fixed_term' ~ '^[1-9]\d{0,4}$'
              then (d.date ->> 'fixed_term')::integer
                   + coalesce(substring(d.date ->> 'fixed_begin_term' from '^\d{1,5}$')::integer, 0) end
    from (select body -> 'card' -> lower(body #>> '{card,card_type}') -> 'base_info' -> 'date_info' as date) d
$$;

create function template_validity_note() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  insert into kaquan.template_validity as v (template_id, ends_at, days, changed_at)
    select new.template_id, d.ends_at, d.days, case when d.ends_at <= now() then clock_timestamp() else '-infinity' end
      from kaquan.template_dates(new.body) d
    on conflict (template_id) do update set ends_at = excluded.ends_at, days = excluded.days, changed_at = clock_timestamp()
      where (v.ends_at, v.days) is distinct from (excluded.ends_at, excluded.days);
  return null;
end $$;
create trigger template_validity_note after insert on template_revision for each row execute function template_validity_note();
create trigger template_validity_note after insert or update of body on template_live for each row
  execute function template_validity_note();
insert into template_validity (template_id, ends_at, days)
  select t.id, d.ends_at, d.days
    from template t
    left join template_live l on l.template_id = t.id
    cross join lateral template_dates(coalesce(l.body,
      (select r.body from template_revision r where r.template_id = t.id order by r.revision desc limit 1), t.body)) d
   where t.card_id is not null;

-- When all tickets were looked at last; each has the state then that its validity makes.
create table ticket_expiry_mark (
  only_row boolean primary key default true check (only_row),
  looked_at timestamptz not null default '2000-01-01Z'
);
insert into ticket_expiry_mark default values;

-- When a template's tickets have to be looked at next: when its validity changed or ends, and each midnight in China while
-- tickets of a term may end, or cards may still be claimed behind the end.
create view ticket_expiry_due as
select v.template_id, least(
         case when v.changed_at > m.looked_at then v.changed_at end,
         case when v.ends_at > m.looked_at then v.ends_at end,
         case when v.days is not null or v.ends_at <= m.looked_at and p.usable_until > m.looked_at
              then date_trunc('day', m.looked_at, 'Asia/Shanghai') + interval '1 day' end) as due_at
  from template_validity v
  cross join ticket_expiry_mark m
  left join pool p on p.template_id = v.template_id;

-- When the ticket's validity ends; null: never. A term is counted from the day the card was first taken on. Where descriptions of
-- WeChat's count differ, by a day, the later end is taken: nobody is turned away too early.
create function ticket_ends_at(v template_validity, request_id text) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select least(v.ends_at, case when v.days is not null then
    (select date_trunc('day', min(e.at), 'Asia/Shanghai') + make_interval(days => v.days + 1)
       from kaquan.ticket_event e
      where e.request_id = ticket_ends_at.request_id and e.template_id = v.template_id and e.kind in ('added', 'received')) end)
$$;

-- Neither is a step between states: a ticket is expired whatever else happened to it, unless it ended otherwise.
insert into ticket_step (kind, help) values
  ('expired',   'its validity at WeChat ended'),
  ('prolonged', 'its validity was prolonged: valid again');

insert into gate_reason values ('expired', 'the validity of the ticket ended');

-- A scan taken before the end by a gate that was cut off is judged by its own time.
do $expired$
declare
  was text := pg_get_functiondef('kaquan.scan_take'::regproc);
  line text := 'when t.state = ''deleted'' then ''deleted''';
begin
  if position(line in was) = 0 then
    raise exception 'scan_take() is not as it is expected';
  end if;
  execute replace(was, line, line || $more$
    when t.state = 'expired' and (moment < (select max(e.at) from kaquan.ticket_event e where e.request_id = t.request_id
      and e.template_id = r.template_id and e.kind = 'expired')) is not true then 'expired'$more$);
end $expired$;
grant select on ticket_event to kaquan_fn_claim;

do $extend$
begin
  execute 'create or replace view kaquan.job_due as ' || rtrim(pg_get_viewdef('kaquan.job_due'), ';') || $more$
    union all
    select 'ticket_expire', null::bigint, null::integer, min(d.due_at) from kaquan.ticket_expiry_due d$more$;
end $extend$;

grant select on template_validity, ticket_expiry_mark, ticket_expiry_due to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant insert, update on template_validity to kaquan_worker;
grant update on ticket_expiry_mark to kaquan_worker;
grant execute on function template_dates, template_validity_note, ticket_ends_at to kaquan_worker;

-- --- a second person ---

-- The act, its record and the end of its request are one transaction: there is nothing between waiting and done. A request that
-- was cut off in between before stays undone for people to look at, and keeps nothing private.
update act_request set state = 'failed', error_text = 'cut off: look whether it was done'
  where state = 'confirmed';
alter table act_request drop constraint act_request_state_check;
alter table act_request add constraint act_request_state_check check (state in ('waiting', 'done', 'failed', 'withdrawn'));

-- A request that is over keeps no secret and no visitor.
update act_request set params = case when private then '{}' else params end, sealed = null where state <> 'waiting';
alter table act_request
  add column key_id text references worker_key,   -- that `sealed` is sealed to; null: not known
  add constraint act_request_forgets check (state = 'waiting' or sealed is null and (not private or params = '{}'));
grant update (sealed, key_id) on act_request to kaquan_worker;

-- Its secret waits as long as a person takes, so it moves to a new key like the others.
do $extend$
begin
  execute 'create or replace view kaquan.sealed_value as ' || rtrim(pg_get_viewdef('kaquan.sealed_value'), ';') || $more$
    union all
    select 'act_request', r.id, 'kaquan', 0, r.sealed, r.key_id from kaquan.act_request r where r.sealed is not null$more$;
end $extend$;

-- --- times at the gates ---

-- A moment as people type it, in their zone: typed_time() reads it.
create function shown_time(at timestamptz, zone text) returns text
language sql stable strict set search_path = pg_catalog, pg_temp as $$
  select regexp_replace(to_char(at at time zone zone, 'YYYY-MM-DD"T"HH24:MI:SS'), ':00$', '')
$$;
grant execute on function shown_time to kaquan_worker;

-- --- rotations ---

-- As before, but a successor that comes shortly before the end is asked for each minute: what two minutes between questions take
-- from the known life of the old api_ticket, and again from that of the overlap, left less than the margin of it.
create or replace function api_ticket_due_at(c credential) returns timestamptz
language plpgsql stable set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  pace text := kaquan.credential_pace(c);
  second interval := kaquan.wx_scaled(1);
  slack double precision := coalesce(c.age_slack_s, 0);
  ends_from timestamptz := c.valid_until - case when c.age_known then 0 else slack end * second;
  ends_until timestamptz := ends_from + slack * second;
  slow double precision := case when pace = 'often' and c.successor_lead_s between 30 and 420 then 60
                                when pace = 'often' or c.successor_slack_s is not null then 120 else 300 end;
  early double precision := case when c.successor_lead_s is null then 1200 + mod(c.account_id * 7919, 301)
                                 when c.successor_lead_s + c.successor_slack_s <= 30 and pace <> 'often' then 0
                                 else greatest(c.successor_lead_s + c.successor_slack_s
                                               * case when pace = 'often' or c.successor_slack_s > 300 then 1 else 0.5 end, 0) + least(slow, 120) end;
  early_at timestamptz := ends_from - early * second;
  must_at timestamptz := least(ends_until - coalesce(greatest(c.successor_lead_s, 0), 0) * second,
                               case when c.successor_lead_s > 60 then ends_from - 30 * second end);
  quick double precision := case when c.fetched_at > ends_until + 60 * second then 120
                                 else greatest(5, slack / case when not c.age_known then 10 when pace = 'often' then 8 else 4 end) end;
  spare integer := kaquan.credential_budget_left(c) - 4 * (kaquan.credential_turns_left(c) - 1);
begin
  if pace = 'least' then
    return case when early > 0 and c.fetched_at < early_at then early_at
                when c.fetched_at < must_at then must_at
                else greatest(ends_until, c.fetched_at + 60 * second) end;
  elsif c.suspect_epoch = c.epoch and pace = 'often' then
    return c.fetched_at + 120 * second;
  elsif c.suspect_epoch = c.epoch or not (c.age_known or c.age_slack_s > 0) is true then
    return least(c.fetched_at + greatest(120 * second, (c.valid_until - c.fetched_at) / greatest(spare, 1)),
                 greatest(c.valid_until - 60 * second, c.fetched_at + 120 * second));
  end if;
  return least(greatest(early_at, c.fetched_at + slow * second),
               greatest(ends_from, c.fetched_at + quick * second));
end $$;

-- --- the queue ---

-- A worker asks when the next failed job may be tried again, among all that ever ended.
create index job_retry on job (run_at) where state = 'failed';
-- job_last_of has the same and more.
drop index job_last;
-- Limits are kept in api_limit.
alter table api_usage drop column known_limit;
