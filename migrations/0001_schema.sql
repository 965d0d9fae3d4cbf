-- The tables of Kaquan. Words are those of the README's glossary: account, credential, epoch, template, pool, card, claim,
-- ticket, job. Times are timestamptz, states are text with a CHECK. Migrations run as kaquan_owner and create no roles.

set local search_path = kaquan, pg_catalog, pg_temp;

-- What is true of the whole database, in one row.
create table site (
  only_row boolean primary key default true check (only_row),
  bucket integer not null default 0,              -- this database's bucket among `buckets` (scale-out by code)
  buckets integer not null default 1 check (buckets between 1 and 16),
  time_scale double precision not null default 1 check (time_scale between 1 and 10000),
  margin interval not null default '120 s',       -- least life of a card at hand-out, in WeChat's time
  timestamp_quoted boolean not null default true, -- cardExt.timestamp as a string (true) or a number: sources disagree
  renew_window interval not null default '24 h',  -- tickets claimed within it are signed again after a rotation
  keep_finished_jobs interval not null default '14 d',
  check (bucket >= 0 and bucket < buckets),
  check (margin >= interval '30 s')
);
insert into site default values;
comment on column site.time_scale is 'above 1 only to rehearse against the simulator: every duration of WeChat is divided by it';

-- The certificates that secrets are sealed to; the private keys are with the workers.
create table worker_key (
  key_id text primary key,
  certificate text not null,
  active boolean not null default true,
  created_at timestamptz not null default now()
);
create unique index worker_key_active on worker_key (active) where active;

create table account (
  id bigint generated always as identity primary key,
  key text not null unique check (key ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  appid text not null unique check (appid ~ '^[A-Za-z0-9]{6,32}$'),
  name text not null default '' check (octet_length(name) <= 120),
  original_id text check (original_id ~ '^gh_[A-Za-z0-9]{1,40}$'),
  secret bytea,                                   -- CMS; only the worker's private key opens it
  secret_key_id text references worker_key,
  secret_set_at timestamptz,
  token_mode text not null default 'stable' check (token_mode in ('stable', 'classic')),
  api_base text not null default 'https://api.weixin.qq.com',
  enabled boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Which login may ask for the cards of which account; checked against session_user.
create table backend_grant (
  login name not null,
  account_id bigint not null references account,
  granted_at timestamptz not null default now(),
  primary key (login, account_id)
);

create table credential (
  account_id bigint not null references account,
  kind text not null check (kind in ('access_token', 'api_ticket')),
  sealed bytea,
  key_id text references worker_key,
  fingerprint text,
  epoch bigint not null default 0,                -- 0: none yet
  first_seen_at timestamptz,
  confirmed_at timestamptz,                       -- the last answer that still named this value
  fetched_at timestamptz,
  valid_until timestamptz,
  age_known boolean not null default false,
  successor_lead_s double precision,              -- how long before the end the last successor came; <= 0: `fixed`
  suspect_epoch bigint,
  lease_owner text,
  lease_fence bigint not null default 0,
  lease_until timestamptz,
  next_try_at timestamptz,
  fail_streak integer not null default 0,
  breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half_open')),
  breaker_until timestamptz,
  budget_day date,
  budget_used integer not null default 0,
  forced_used integer not null default 0,
  last_class text,
  last_errcode integer,
  last_text text,
  last_host text,
  primary key (account_id, kind)
);

-- One row for each value ever seen, without the value.
create table credential_history (
  account_id bigint not null references account,
  kind text not null,
  epoch bigint not null,
  fingerprint text not null,
  first_seen_at timestamptz not null,
  valid_until timestamptz not null,
  age_known boolean not null,
  ended_at timestamptz,
  revoked_at timestamptz,
  revoke_reason text,
  primary key (account_id, kind, epoch)
);

-- A host that WeChat's IP whitelist refuses for an account leaves the account's credentials to other hosts for a while.
create table host_block (
  account_id bigint not null references account,
  host text not null,
  errcode integer not null,
  address text,
  until_at timestamptz not null,
  primary key (account_id, host)
);

create table whitelist_check (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  host text not null,
  address text,                                   -- the egress address as WeChat saw it
  outcome text not null check (outcome in ('listed', 'refused', 'unknown')),
  errcode integer,
  text text,
  checked_at timestamptz not null default now()
);
create index whitelist_check_last on whitelist_check (account_id, host, id desc);

-- The quota ledger: counted before each call; the day is China's.
create table api_usage (
  account_id bigint not null references account,
  endpoint text not null,
  day date not null,
  calls bigint not null default 0,
  refusals jsonb not null default '{}',
  known_limit bigint,
  primary key (account_id, endpoint, day)
);

create table template (
  id integer generated always as identity (maxvalue 32767) primary key, -- tickets keep it in two bytes
  account_id bigint not null references account,
  key text not null unique check (key ~ '^[a-z0-9][a-z0-9_-]{0,39}$'), -- the name backends use
  card_type text not null,
  title text not null,
  body jsonb not null,                            -- what card/create is sent
  code_mode text not null check (code_mode in ('merchant', 'deposit', 'wechat')),
  bind_openid boolean not null default false,
  status text not null default 'draft'
    check (status in ('draft', 'sending', 'waiting', 'approved', 'refused', 'deleted', 'unknown')),
  wechat_status text,                             -- as it came
  card_id text unique check (octet_length(card_id) between 1 and 32),
  refuse_reason text,
  stock bigint check (stock >= 0),                -- cards that may exist in all; null: not limited by us
  pool_target bigint not null default 10000 check (pool_target between 1 and 100000000),
  pool_low bigint not null default 2000 check (pool_low >= 0),
  sale_from timestamptz,
  sale_until timestamptz,
  paused boolean not null default false,
  submitted_at timestamptz,
  reviewed_at timestamptz,
  review_due_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (sale_from < sale_until)
);

create table template_revision (
  template_id integer not null references template,
  revision integer not null,
  body jsonb not null,
  sent_at timestamptz not null default now(),
  errcode integer,
  primary key (template_id, revision)
);

-- A ticket is a claimed card. The primary key begins with the request id, which alone finds the row whatever the
-- planner believes about the table. There is no surrogate id (a third index would cost every claim 88 bytes of WAL), and the
-- columns stand widest first, so that none is padded. The state is an enum: a claim pays for a CHECK or a domain, not for this.
create type ticket_state as enum ('claiming', 'handed_out', 'added', 'gifted', 'deleted', 'consumed', 'void');
create table ticket (
  signed_at bigint not null,                      -- cardExt.timestamp
  valid_until timestamptz not null,               -- of the signature
  claimed_at timestamptz not null default now(),
  epoch integer not null,
  state ticket_state not null default 'handed_out',
  template_id smallint not null,
  request_id text collate "C" not null,
  code text collate "C",                          -- null until WeChat tells it
  openid text collate "C",
  nonce bytea not null,                           -- 9 bytes: nonce_str in hex
  signature bytea not null,                       -- 20 bytes; empty while a bound card waits for the worker
  public_id bytea,                                -- first nonce, kept when a renewal replaces it: its first 8 bytes in hex
  holder text,                                    -- are outer_str, which names the ticket towards WeChat
  primary key (request_id, template_id)
);
create unique index ticket_code on ticket (code, template_id);
create index ticket_claimed on ticket using brin (claimed_at) with (pages_per_range = 32, autosummarize = on);

-- Requests for a fresh signature that only the worker can make.
create table ticket_renewal (
  request_id text collate "C" not null,
  template_id integer not null references template,
  wanted_at timestamptz not null default now(),
  asked boolean not null default true,            -- by a backend; false: after a rotation, while the old card may still live
  primary key (request_id, template_id)
);

-- Where WeChat chooses the code, an added card finds its ticket by outer_str.
create table ticket_outer (
  public_id bytea primary key,
  request_id text collate "C" not null,
  template_id integer not null
);

-- What happened to a ticket after it was claimed.
create table ticket_event (
  id bigint generated always as identity primary key,
  request_id text collate "C" not null,
  template_id integer not null,
  kind text not null,
  at timestamptz not null default now(),
  detail jsonb not null default '{}'
);
create index ticket_event_of on ticket_event (request_id, template_id);

-- The open slot of each template, with small copies of what a claim must know of template, account and epoch, so that a
-- claim reads this one row. pool_copy() and epoch_revoke() keep the copies.
create table pool (
  template_id smallint primary key references template,
  account_id bigint not null,
  template_key text collate "C" not null unique,
  card_id text,
  backends name[] not null default '{}',
  timestamp_quote text not null default '"',
  card_pattern text,                              -- the cardExt of this fill's cards, see card_pattern()
  usable_from timestamptz not null default '-infinity',  -- a claim is served between these two and never outside
  usable_until timestamptz not null default '-infinity',
  margin interval not null,                       -- least life of a card at hand-out, scaled
  slot integer,
  cards regclass,                                 -- the slot's sequence
  fill integer,
  previous_fill integer,
  epoch integer,
  revoked_epoch bigint not null default 0,        -- cards of this epoch and all before it are dead
  signed_at bigint,
  first_ordinal bigint,
  last_ordinal bigint,
  valid_until timestamptz,
  opened_at timestamptz,
  code_source text not null default 'generated' check (code_source in ('generated', 'imported', 'wechat', 'bound', 'bound_uncoded')),
  final boolean not null default false            -- the stock ends with this fill
);

create table pool_slot (
  slot integer primary key,
  template_id integer references template,         -- null: free
  fill integer,
  filled_at timestamptz
);
create sequence pool_fill_number as integer;      -- fills are numbered once, over all slots
create sequence code_run maxvalue 34359738367;    -- running numbers of generated codes: 35 bits, 7 characters

-- One row a fill: what was signed, and how it went.
create table batch (
  fill integer primary key,
  template_id integer not null references template,
  epoch bigint not null,
  slot integer not null,
  cards bigint not null,
  reason text not null,
  host text not null,
  seconds double precision not null,
  committed_at timestamptz not null default now()
);
create index batch_of on batch (template_id, fill desc);

create table job (
  id bigint generated always as identity primary key,
  kind text not null,
  account_id bigint references account,
  template_id integer references template,
  params jsonb not null default '{}',
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  lease_owner text,
  lease_fence bigint not null default 0,
  lease_until timestamptz,
  progress_done bigint,
  progress_total bigint,
  result text,
  error_class text,
  errcode integer,
  error_text text,
  created_by text not null default session_user,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
-- The same work is never queued twice.
create unique index job_open on job (kind, coalesce(account_id, 0), coalesce(template_id, 0))
  where state in ('queued', 'running');
create index job_ready on job (run_at) where state in ('queued', 'running');
create index job_last on job (kind, id desc);
create index job_finished on job (finished_at) where state in ('done', 'failed', 'cancelled');

create table job_log (
  job_id bigint not null references job on delete cascade,
  at timestamptz not null default clock_timestamp(),
  level text not null default 'info',
  text text not null
);
create index job_log_of on job_log (job_id, at);

-- What recurs by the clock; the rest is due by its state, see the view job_due.
create table schedule (
  kind text primary key,
  every interval not null check (every >= interval '1 s'),
  next_at timestamptz not null default now(),
  enabled boolean not null default true
);

create table worker_heartbeat (
  host text not null,
  pid integer not null,
  version text not null,
  mode text not null,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now(),
  clock_offset_s double precision not null,       -- database minus host
  primary key (host, pid)
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null,                              -- session_user
  person text not null,                           -- as the program says: user@host
  action text not null,
  object text not null,                           -- "account festival"
  before jsonb,
  after jsonb,
  reason text,
  previous bytea,
  hash bytea not null
);

create table stat_minute (
  template_id integer not null references template,
  minute timestamptz not null,
  claims bigint not null default 0,
  adds bigint not null default 0,
  entries bigint not null default 0,
  signed bigint not null default 0,
  primary key (template_id, minute)
);
