-- What is watched so that an event day holds no surprise: addresses that WeChat saw, limits of its interfaces, tokens that it
-- refused before their end, and what people confirmed before going live.

set local search_path = kaquan, pg_catalog, pg_temp;

-- --- addresses ---

-- Every egress address that WeChat ever saw of a host, for an account. Checks are forgotten after a while, these are not.
create table egress_address (
  account_id bigint not null references account,
  host text not null,
  address text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  times bigint not null default 1,                -- refused so often
  errcode integer,
  accepted_at timestamptz,                        -- the host got through afterwards; the address WeChat does not say then
  primary key (account_id, host, address)
);

create function egress_note() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  if new.outcome = 'listed' then
    update kaquan.egress_address e set accepted_at = new.checked_at
      where (e.account_id, e.host) = (new.account_id, new.host) and e.accepted_at is null
        and e.last_seen_at = (select max(x.last_seen_at) from kaquan.egress_address x
                               where (x.account_id, x.host) = (new.account_id, new.host));
  else
    insert into kaquan.egress_address as e (account_id, host, address, first_seen_at, last_seen_at, errcode)
      values (new.account_id, new.host, new.address, new.checked_at, new.checked_at, new.errcode)
      on conflict (account_id, host, address) do update
        set last_seen_at = excluded.last_seen_at, times = e.times + 1, errcode = excluded.errcode, accepted_at = null;
  end if;
  return null;
end $$;
create trigger egress_note after insert on whitelist_check for each row
  when (new.outcome = 'listed' or new.address is not null) execute function egress_note();

-- --- limits ---

alter table site add column quota_reserve integer not null default 10 check (quota_reserve between 0 and 100);
comment on column site.quota_reserve is 'percent of each interface''s daily limit that jobs leave to people';

-- What is known of an interface's daily limit. `asked`: WeChat's own numbers. `refused`: it refused with 45009 after so many of
-- our calls; others may have used the rest, so this one forecasts and stops nobody.
create table api_limit (
  account_id bigint not null references account,
  endpoint text not null,
  daily_limit bigint not null check (daily_limit >= 0),
  source text not null check (source in ('asked', 'refused')),
  day date not null,                              -- of the next two
  used bigint not null,                           -- of the limit at that moment, by us and by others
  counted bigint not null,                        -- api_usage.calls at that moment
  learnt_at timestamptz not null default now(),
  primary key (account_id, endpoint)
);

-- WeChat's seconds until its day ends.
create function wx_day_left() returns double precision
language sql stable begin atomic
  select 86400 - pg_catalog.mod(kaquan.wx_seconds(pg_catalog.now())::numeric + 28800, 86400)::double precision;
end;

-- Calls used of the day's limit: ours, and those of others as far as WeChat told.
create function api_used(u api_usage) returns bigint
language sql stable begin atomic
  select coalesce((select l.used + u.calls - l.counted from kaquan.api_limit l
                    where (l.account_id, l.endpoint, l.day) = (u.account_id, u.endpoint, u.day)), u.calls);
end;

-- Calls that jobs may still make today; null: as many as they like.
create function api_left_for_jobs(u api_usage) returns bigint
language sql stable begin atomic
  select l.daily_limit - pg_catalog.ceil(l.daily_limit * s.quota_reserve / 100.0)::bigint - kaquan.api_used(u)
    from kaquan.api_limit l, kaquan.site s
   where (l.account_id, l.endpoint, l.source) = (u.account_id, u.endpoint, 'asked');
end;

-- Today's calls against their limits, and when a limit is reached at the rate of today so far (of an hour at least).
create view quota_status as
select q.*, case when q.used >= q.daily_limit then now()
                 when q.reached_in_s < q.day_left_s then now() + wx_scaled(q.reached_in_s) end as reached_at
  from (select r.*, (r.daily_limit - r.used) / nullif(r.per_hour, 0) * 3600 as reached_in_s
          from (select u.account_id, u.endpoint, u.calls, api_used(u) as used, l.daily_limit, l.source, l.learnt_at,
                       api_left_for_jobs(u) as left_for_jobs, u.refusals, u.stopped_class, u.stopped_until,
                       wx_day_left() as day_left_s, api_used(u) * 3600 / greatest(86400 - wx_day_left(), 3600) as per_hour
                  from api_usage u left join api_limit l on (l.account_id, l.endpoint) = (u.account_id, u.endpoint)
                 where u.day = wx_day(now())) r) q;

-- Each clear_quota of a person: written before the call. WeChat grants 10 a month, its console's included.
create table quota_reset (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  month date not null,                            -- China's, its first day
  person text not null,
  asked_at timestamptz not null default now(),
  errcode integer                                 -- null: not answered
);
create index quota_reset_of on quota_reset (account_id, month);

-- --- tokens ---

-- An access_token was refused although it should live: somebody else replaced it.
create table token_refusal (
  account_id bigint not null references account,
  epoch bigint not null,
  endpoint text not null,
  errcode integer not null,
  host text not null,
  age_s double precision not null,                -- WeChat's seconds since it was fetched or confirmed
  left_s double precision not null,               -- that it should have lived on
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  times bigint not null default 1,
  primary key (account_id, epoch, endpoint, errcode)
);
create index token_refusal_last on token_refusal (account_id, last_at);

-- --- going live ---

-- What no program can see, as a person confirmed it.
create table go_live_item (
  account_id bigint not null references account,
  item text not null,
  person text not null,
  reason text,
  confirmed_at timestamptz not null default now(),
  primary key (account_id, item)
);

insert into schedule (kind, every) values ('quota_learn', '6 h');

-- --- rights ---

grant select on egress_address, api_limit, quota_status, quota_reset, token_refusal, go_live_item
  to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant insert, update on egress_address, api_limit, quota_reset, token_refusal, go_live_item to kaquan_worker;
grant delete on api_limit, quota_reset, token_refusal to kaquan_worker;
grant execute on function wx_day_left, api_used, api_left_for_jobs to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant execute on function egress_note to kaquan_worker;
