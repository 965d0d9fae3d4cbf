-- Credentials: when one is due, what stands in the way, and what becomes of them when the account changes. Durations are
-- WeChat's seconds; site.time_scale divides them all, and nobody else does.

set local search_path = kaquan, pg_catalog, pg_temp;

alter table credential
  add column age_slack_s double precision,                 -- born within so many seconds; null: nothing is known of that
  add column successor_slack_s double precision,           -- its predecessor's end, and so the lead, is known no better
  add column rejected_at timestamptz,                      -- a token that was fetched only just before was rejected
  add column force_wanted boolean not null default false;  -- the next fetch replaces the token by force

-- An endpoint that refuses is left alone for a while.
alter table api_usage
  add column stopped_until timestamptz,
  add column stopped_class text,
  add column fail_streak integer not null default 0;

-- --- WeChat's time ---

create function wx_scaled(seconds double precision) returns interval
language sql stable begin atomic
  select pg_catalog.make_interval(secs => seconds / s.time_scale) from kaquan.site s;
end;

-- `seconds` after `at`; infinite seconds are for ever.
create function wx_after(at timestamptz, seconds double precision) returns timestamptz
language sql stable begin atomic
  select case when seconds = 'infinity' then 'infinity'::pg_catalog.timestamptz else at + kaquan.wx_scaled(seconds) end;
end;

-- WeChat's Unix seconds: in a rehearsal its clock runs faster than ours.
create function wx_seconds(at timestamptz) returns double precision
language sql stable begin atomic
  select pg_catalog.date_part('epoch', at) * s.time_scale from kaquan.site s;
end;

-- The day that WeChat counts calls by: China's.
create function wx_day(at timestamptz) returns date
language sql stable begin atomic
  select '1970-01-01'::pg_catalog.date + pg_catalog.floor((kaquan.wx_seconds(at) + 28800) / 86400)::integer;
end;

-- --- budgets ---

-- Refreshes a day that are ours to make. A day needs 12 or 13 of each.
create function credential_budget(kind text) returns integer
language sql immutable begin atomic
  select case kind when 'access_token' then 48 else 60 end;
end;

-- Refreshes left today.
create function credential_budget_left(c credential) returns integer
language sql stable begin atomic
  select kaquan.credential_budget(c.kind)
         - case when c.budget_day = kaquan.wx_day(pg_catalog.now()) then c.budget_used else 0 end;
end;

-- Rotations that today still needs. A successor that comes before the end shortens the time between two.
create function credential_turns_left(c credential) returns integer
language sql stable begin atomic
  select pg_catalog.ceil((86400 - pg_catalog.mod((kaquan.wx_seconds(pg_catalog.now()) + 28800)::numeric, 86400))
                         / (7200 - greatest(c.successor_lead_s, 0))::numeric)::integer;
end;

-- How freely today's refreshes may be spent: often while 4 are left for each rotation to come, least when there are hardly
-- two, else seldom. So a day that began with much asking still ends with valid credentials, also when a question is lost.
create function credential_pace(c credential) returns text
language sql stable begin atomic
  select case when kaquan.credential_budget_left(c) > 4 * kaquan.credential_turns_left(c) then 'often'
              when kaquan.credential_budget_left(c) > 2 * kaquan.credential_turns_left(c) then 'seldom'
              else 'least' end;
end;

-- --- when to ask ---

-- valid_until has 60 s taken off; WeChat makes a new token in the last 300 s of the old one.
create function access_token_due_at(c credential) returns timestamptz
language sql stable begin atomic
  select case when c.suspect_epoch = c.epoch then '-infinity'::pg_catalog.timestamptz
              else c.valid_until - kaquan.wx_scaled(230 - pg_catalog.mod(c.account_id * 7919, 46)) end;
end;

-- It ends between ends_from and ends_until, age_slack_s apart. Asked slowly from some time before, which is one
-- question more than the last successor can have come early, then quickly from ends_from on. An answer shortly before the
-- end that still names the old value is what makes the age of the next one known.
-- When hardly anything is left to spend: just before the successor can be there, when it must be, and after the end.
-- Suspect, or of an age that nothing is known of, it can end at any time until valid_until: what the rotations to come do not
-- need is spread over that time.
create function api_ticket_due_at(c credential) returns timestamptz
language plpgsql stable set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  pace text := kaquan.credential_pace(c);
  second interval := kaquan.wx_scaled(1);
  slack double precision := coalesce(c.age_slack_s, 0);
  ends_from timestamptz := c.valid_until - case when c.age_known then 0 else slack end * second;
  ends_until timestamptz := ends_from + slack * second;
  early double precision := case when c.successor_lead_s is null then 1200 + mod(c.account_id * 7919, 301)
                                 when c.successor_lead_s + c.successor_slack_s <= 30 and pace <> 'often' then 0
                                 else greatest(c.successor_lead_s + c.successor_slack_s
                                               * case when pace = 'often' or c.successor_slack_s > 300 then 1 else 0.5 end, 0) + 120 end;
  early_at timestamptz := ends_from - early * second;
  must_at timestamptz := least(ends_until - coalesce(greatest(c.successor_lead_s, 0), 0) * second,
                               case when c.successor_lead_s > 60 then ends_from - 30 * second end);
  slow double precision := case when pace = 'often' or c.successor_slack_s is not null then 120 else 300 end;
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

-- When to ask for this credential next; what may stand in the way then is credential_hindrance()'s.
create function credential_due_at(c credential) returns timestamptz
language sql stable begin atomic
  select greatest(c.next_try_at,
                  case when c.sealed is null then '-infinity'::pg_catalog.timestamptz
                       when c.kind = 'access_token' then kaquan.access_token_due_at(c)
                       else kaquan.api_ticket_due_at(c) end);
end;

-- Why `host` may not refresh it now, or null: disabled, no_secret, leased, breaker, budget, blocked.
create function credential_hindrance(c credential, host text) returns text
language sql stable security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  select case
    when not a.enabled then 'disabled'
    when a.secret is null then 'no_secret'
    when c.lease_until > now() then 'leased'
    when c.breaker = 'open' and c.breaker_until > now() then 'breaker'
    when kaquan.credential_budget_left(c) <= 0 then 'budget'
    when exists (select from kaquan.host_block b where b.account_id = c.account_id
                  and b.host = credential_hindrance.host and b.until_at > now()) then 'blocked' end
  from kaquan.account a where a.id = c.account_id
$$;
alter function credential_hindrance owner to kaquan_fn_work;

-- --- what an operator or a change of the account does to it ---

-- "Try again": whatever made the worker wait is forgotten, budgets excepted. `by_force` also replaces the access_token.
create function credential_retry(account_id bigint, by_force boolean) returns void
language sql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  update kaquan.credential c set breaker = 'closed', breaker_until = null, next_try_at = null, fail_streak = 0,
      force_wanted = by_force and c.kind = 'access_token',
      suspect_epoch = case when by_force and c.kind = 'access_token' then c.epoch else c.suspect_epoch end
    where c.account_id = credential_retry.account_id;
  delete from kaquan.host_block b where b.account_id = credential_retry.account_id;
  update kaquan.api_usage u set stopped_until = null, stopped_class = null, fail_streak = 0
    where u.account_id = credential_retry.account_id and u.stopped_until is not null;
$$;
alter function credential_retry owner to kaquan_fn_work;

-- A new account gets its two rows. A corrected one is tried again at once, and a refresh that is under way with the old
-- data is fenced off. What belonged to another appid or another WeChat is forgotten.
create function credential_follow_account() returns trigger
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into kaquan.credential (account_id, kind) values (new.id, 'access_token'), (new.id, 'api_ticket');
    return null;
  end if;
  perform kaquan.credential_retry(new.id, false);
  update kaquan.credential set lease_fence = lease_fence + 1, lease_owner = null, lease_until = null
    where account_id = new.id;
  if old.appid <> new.appid or old.api_base <> new.api_base then
    perform kaquan.epoch_revoke(new.id, c.epoch, 'the account changed') from kaquan.credential c
      where c.account_id = new.id and c.kind = 'api_ticket' and c.epoch > 0;
    update kaquan.credential set sealed = null, key_id = null, fingerprint = null, valid_until = null,
        confirmed_at = null, age_known = false, successor_lead_s = null
      where account_id = new.id;
  end if;
  return null;
end $$;
alter function credential_follow_account owner to kaquan_fn_work;
create trigger credential_insert after insert on account for each row execute function credential_follow_account();
create trigger credential_update after update of appid, secret, token_mode, api_base, enabled on account
  for each row when ((old.appid, old.secret, old.token_mode, old.api_base, old.enabled)
                     is distinct from (new.appid, new.secret, new.token_mode, new.api_base, new.enabled))
  execute function credential_follow_account();
insert into credential (account_id, kind)
  select a.id, k.kind from account a, (values ('access_token'), ('api_ticket')) as k (kind) on conflict do nothing;

-- --- rights ---

grant select on account, site, host_block, credential, api_usage to kaquan_fn_work;
grant insert, update on credential to kaquan_fn_work;
grant update on api_usage to kaquan_fn_work;
grant delete on host_block to kaquan_fn_work;
grant execute on function wx_scaled, wx_after, wx_seconds, wx_day, credential_budget, credential_budget_left,
  credential_turns_left, credential_pace, access_token_due_at, api_ticket_due_at, credential_due_at, credential_hindrance
  to kaquan_fn_work, kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant execute on function credential_retry to kaquan_worker, kaquan_operator;
grant select on account, site, credential, credential_history, host_block, whitelist_check, api_usage to kaquan_worker;
grant update on credential to kaquan_worker;
grant insert, update on credential_history, host_block, api_usage to kaquan_worker;
grant insert on whitelist_check to kaquan_worker;
grant delete on host_block to kaquan_worker;
