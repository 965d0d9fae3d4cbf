-- What becomes of a ticket: the inbox of WeChat's pushes, the steps they make of a ticket, and where a ticket is found by
-- the person who has it.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Which account a push is for: the original id is WeChat's own and names one.
create unique index account_original_id on account (original_id);

-- The EncodingAESKey of an account whose pushes come encrypted.
create table account_callback (
  account_id bigint primary key references account,
  aes_key bytea not null,                         -- CMS; only the worker's private key opens it
  key_id text not null references worker_key,
  set_at timestamptz not null default now()
);

-- The inbox. A push is stored as it came and read by the worker; what it says stands beside it from then on.
--   new      waits for the worker
--   applied  a step of a ticket, or the verdict on a template
--   kept     nothing here to apply it to; looked at again when its code becomes known, and by `event replay`
--   coded    its code is encrypted; waits for card/code/decrypt
--   repeat   came before
--   unread   is no push that we can read; the note says why
create table wx_event (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  received_at timestamptz not null default now(),
  digest bytea not null,                          -- of the payload; survives its erasure
  payload text not null,
  state text not null default 'new' check (state in ('new', 'applied', 'kept', 'coded', 'repeat', 'unread')),
  identity bytea,                                 -- of what it says: the same for a push sent, or encrypted, again
  kind text,                                      -- WeChat's Event
  step text,                                      -- what it is for a ticket
  happened_at timestamptz,                        -- CreateTime
  openid text,
  card_id text,
  code text,
  decrypted_code text,                            -- what WeChat said is behind an EncryptCode
  old_code text,
  outer_str text,
  detail jsonb,
  template_id integer,
  request_id text,
  applied_at timestamptz,
  note text,
  unique (account_id, digest)
);
create index wx_event_waits on wx_event (account_id, id) where state = 'new';
create index wx_event_coded on wx_event (account_id, id) where state = 'coded';
create unique index wx_event_once on wx_event (account_id, identity) where state <> 'repeat';
create index wx_event_kept on wx_event (code) where state = 'kept';
create index wx_event_kept_old on wx_event (old_code) where state = 'kept' and old_code is not null;
create index wx_event_ticket on wx_event (request_id, template_id) where request_id is not null;
create index wx_event_person on wx_event (openid) where openid is not null;

-- Those of the pushes `ids` that were applied. Planned by itself, to be looked up by their ids: while they are applied, nothing
-- is known yet of how many there are, and the rest of a statement would rather read an index that looks empty.
create function applied_of(ids bigint[]) returns table (id bigint, kind text, step text, happened_at timestamptz, openid text,
  card_id text, code text, old_code text, detail jsonb, template_id integer, request_id text)
language sql stable rows 1000 set search_path = pg_catalog, pg_temp as $$
  select e.id, e.kind, e.step, e.happened_at, e.openid, e.card_id, e.code, e.old_code, e.detail, e.template_id, e.request_id
    from kaquan.wx_event e where e.id = any (ids) and e.state = 'applied'
$$;

-- What a kind of ticket_event means for the ticket. The state is that of the latest step, whatever the order in which
-- they became known: of a final step, else of the last by time; WeChat's times are whole seconds, so `rank` says which
-- comes later in one second.
create table ticket_step (
  kind text primary key,
  state ticket_state,                             -- null: changes no state
  rank integer not null default 0,
  final boolean not null default false,           -- nothing comes after it
  holds boolean not null default false,           -- its openid has the ticket from now on
  names_code boolean not null default false,      -- its code is the ticket's, until another replaces it
  help text not null
);
insert into ticket_step values
  ('added',        'added',    1, false, true,  true,  'a user put the card into the wallet'),
  ('gifted',       'gifted',   2, false, false, false, 'given away; on the way to a friend'),
  ('received',     'added',    3, false, true,  true,  'a friend took it; under a new code where WeChat gave one'),
  ('returned',     'added',    3, false, true,  false, 'a gift that nobody took came back'),
  ('deleted',      'deleted',  4, false, false, false, 'the user deleted the card'),
  ('consumed',     'consumed', 5, true,  false, false, 'consumed at WeChat'),
  ('void',         'void',     6, true,  false, false, 'made void at WeChat'),
  ('code_changed', null,       0, false, false, true,  'has another code'),
  ('paid',         null,       0, false, false, false, 'paid through the pay cell'),
  ('viewed',       null,       0, false, false, false, 'looked at by its holder'),
  ('session',      null,       0, false, false, false, 'the holder came to the account from the card'),
  ('updated',      null,       0, false, false, false, 'its details were changed at WeChat'),
  ('renewed',      null,       0, false, false, false, 'signed again');

-- The push that a step comes from; a step is made of it once, however often it is applied.
alter table ticket_event add column wx_event_id bigint;
create unique index ticket_event_push on ticket_event (wx_event_id) where wx_event_id is not null;

-- Codes that a ticket had before: gifts and changes of the code.
create table ticket_past_code (
  code text collate "C" not null,
  template_id integer not null,
  request_id text collate "C" not null,
  primary key (code, template_id)
);
create index ticket_past_code_of on ticket_past_code (request_id, template_id);

-- Whose tickets are which: those who claimed with an openid, and those who ever had the card. The worker fills it behind
-- the claims, from the tickets of ten minutes before its last look on: a claim's transaction may commit late.
create table ticket_person (
  person text collate "C" not null,
  request_id text collate "C" not null,
  template_id integer not null,
  primary key (person, request_id, template_id)
);
create table ticket_person_mark (
  only_row boolean primary key default true check (only_row),
  seen_until timestamptz not null default '-infinity'
);
insert into ticket_person_mark default values;
insert into schedule (kind, every) values ('ticket_person', '1 min');

-- The tickets that may be a person's; the last minutes are looked at in the tickets themselves.
create function tickets_of(person text) returns table (request_id text, template_id integer)
language sql stable rows 10 set search_path = pg_catalog, kaquan, pg_temp as $$
  select p.request_id, p.template_id from kaquan.ticket_person p where p.person = $1
  union
  select t.request_id, t.template_id from kaquan.ticket t where t.claimed_at >= now() - interval '15 min' and t.openid = $1
$$;

-- The tickets that a name may mean: a code, also one that they had, a request id, or a person.
create function tickets_named(name text) returns table (request_id text, template_id integer)
language sql stable rows 10 set search_path = pg_catalog, pg_temp as $$
  select t.request_id, t.template_id from kaquan.ticket t where t.code = $1
  union select p.request_id, p.template_id from kaquan.ticket_past_code p where p.code = $1
  union select t.request_id, t.template_id from kaquan.ticket t where t.request_id = $1
  union select o.request_id, o.template_id from kaquan.tickets_of($1) o
$$;

-- Acts on many tickets through WeChat, each with a result of its own; the worker goes on where it stopped.
create table bulk (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  template_id integer not null references template,
  act text not null check (act in ('consume', 'void', 'change_code', 'update')),
  person text not null,
  reason text,
  created_at timestamptz not null default now(),
  cancelled_at timestamptz,                       -- given up: what is just being sent still gets its result
  finished_at timestamptz
);
create index bulk_open on bulk (account_id, id) where finished_at is null;
create table bulk_item (
  bulk_id bigint not null references bulk on delete cascade,
  n integer not null,                             -- its line
  request_id text collate "C" not null,
  code text collate "C" not null,
  argument jsonb not null default '{}',           -- what the call carries beside code and card_id
  state text not null default 'waiting'           -- sending: until it is recorded nobody knows whether WeChat did it
    check (state in ('waiting', 'sending', 'done', 'failed', 'cancelled')),
  errcode integer,
  text text,
  ended_at timestamptz,
  primary key (bulk_id, n)
);
create index bulk_item_open on bulk_item (bulk_id, n) where state in ('waiting', 'sending');

-- Takes a push as WeChat sent it to the backend's callback address, XML or JSON, plain or encrypted, after the backend
-- checked its signature. True: it is new; false: this very text was recorded before. The worker reads and applies it.
-- A mini program's backend may report a code that wx.addCard encrypted as the member EncryptCode in place of UserCardCode.
--   KQ400  no payload             KQ401  more than 64 KiB
--   KQ404  no ToUserName in it    KQ405  ToUserName is the original id of no account of this login
create function event_record(payload text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  addressee text;
  addressed bigint;
begin
  if coalesce(payload, '') = '' then
    raise exception 'a payload is needed' using errcode = 'KQ400';
  end if;
  if octet_length(payload) > 65536 then
    raise exception 'a payload takes at most 65536 bytes' using errcode = 'KQ401';
  end if;
  -- Only to find the account; the worker reads the push strictly and compares.
  addressee := substring(payload from 'ToUserName"?\s*[:>]\s*(?:"|<!\[CDATA\[)?\s*(gh_[A-Za-z0-9]{1,40})');
  if addressee is null then
    raise exception 'this is no push of WeChat: it has no ToUserName' using errcode = 'KQ404';
  end if;
  select a.id into addressed
    from kaquan.account a join kaquan.backend_grant g on g.account_id = a.id
   where a.original_id = addressee and g.login = session_user;
  if not found then
    raise exception 'no account of this login has the original id %', addressee
      using errcode = 'KQ405', hint = 'see account list and backend list';
  end if;
  -- A worker that has something to do looks again by itself; commits with a NOTIFY wait for each other.
  if not exists (select from kaquan.wx_event e where e.account_id = addressed and e.state = 'new') then
    perform pg_notify('kaquan_job', 'event_apply');
  end if;
  insert into kaquan.wx_event (account_id, digest, payload)
    values (addressed, sha256(convert_to(payload, 'UTF8')), payload)
    on conflict on constraint wx_event_account_id_digest_key do nothing;
  return found;
end $$;
alter function event_record owner to kaquan_fn_claim;
revoke all on function event_record from public;
grant execute on function event_record to kaquan_backend;
grant select (id, original_id) on account to kaquan_fn_claim;
grant select on backend_grant to kaquan_fn_claim;
grant select (account_id, digest, state), insert on wx_event to kaquan_fn_claim;

-- Due as soon as a push waits. The view is extended in place, whatever stands in it.
do $extend$
begin
  execute 'create or replace view kaquan.job_due as ' || rtrim(pg_get_viewdef('kaquan.job_due'), ';') || $more$
    union all
    select 'event_apply', a.id, null::integer, now() from kaquan.account a
     where exists (select from kaquan.wx_event e where e.account_id = a.id and e.state = 'new')
    union all
    select 'event_decrypt', a.id, null::integer, now() from kaquan.account a
     where a.enabled and exists (select from kaquan.wx_event e where e.account_id = a.id and e.state = 'coded')
    union all
    select 'ticket_bulk', a.id, null::integer, now() from kaquan.account a
     where a.enabled and exists (select from kaquan.bulk b where b.account_id = a.id and b.finished_at is null)$more$;
end $extend$;

grant select on account_callback, wx_event, ticket_step, ticket_past_code, ticket_person, ticket_person_mark to kaquan_worker;
grant select, insert, update on bulk, bulk_item to kaquan_worker;
grant insert, update on account_callback to kaquan_worker;
grant update on ticket_event, wx_event, ticket_person_mark to kaquan_worker;
grant insert, delete on ticket_past_code, ticket_person to kaquan_worker;
grant execute on function applied_of, tickets_of, tickets_named to kaquan_worker;
grant insert on ticket_outer to kaquan_worker; -- of tickets that were born without a card
grant select on ticket_step to kaquan_operator, kaquan_auditor, kaquan_monitor;
