-- Our tickets against WeChat's view of them: what is asked, and where the two differ.

set local search_path = kaquan, pg_catalog, pg_temp;

-- The last comparison of each template; the worker goes on behind `place`.
create table ticket_reconcile (
  template_id integer primary key references template,
  run integer not null default 1,                 -- begun so often
  filter text not null,                           -- which tickets, in the language of lists
  most bigint not null check (most > 0),          -- tickets to look at
  place text,                                     -- of the last ticket looked at
  looked bigint not null default 0,
  drifts bigint not null default 0,
  person text not null,
  begun_at timestamptz not null default now(),
  ended_at timestamptz
);

-- What differs. A drift is open until it is repaired, or WeChat and we are found to agree again.
create table ticket_drift (
  id bigint generated always as identity primary key,
  template_id integer not null references template,
  request_id text collate "C",                    -- null: no ticket of ours has the code
  code text collate "C" not null,
  kind text not null check (kind in ('added', 'holder', 'gifted', 'deleted', 'gone', 'consumed', 'void', 'not_consumed',
                                     'not_void', 'stray', 'strange')),
  ours text,                                      -- state and holder of the ticket
  holder text,
  theirs text not null,                           -- WeChat's status of the code; unknown: it has none
  openid text,                                    -- who has it at WeChat
  found_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),     -- found again
  repaired_at timestamptz,
  repair text                                     -- what was done
);
create unique index ticket_drift_open on ticket_drift (template_id, code) where repaired_at is null;

grant select, insert, update on ticket_reconcile, ticket_drift to kaquan_worker;
grant delete on ticket_drift to kaquan_worker;
grant insert on wx_event to kaquan_worker;        -- steps that no push told of
