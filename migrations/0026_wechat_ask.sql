-- Only the worker talks to WeChat. What a person's command wants to know or do there at once is a question in a row here; the
-- worker calls, and who asked takes the answer, which ends the row. So operators need neither its key nor its host.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Unlogged: a question may name persons or hold a picture, and is worth nothing after a crash.
create unlogged table wechat_ask (
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  endpoint text not null,                         -- its path; the worker knows which are for people
  body text check (octet_length(body) <= 1048576),
  file bytea check (octet_length(file) <= 1048576), -- in place of a body
  file_name text,
  file_type text,
  asked_by text not null default session_user,
  asked_at timestamptz not null default now(),
  begun_at timestamptz,                           -- a worker was about to call: what may not be repeated is called once
  answered_at timestamptz,                        -- from here on what was asked is null
  answer text,                                    -- what WeChat said; null: the rest says why it said nothing
  class text,                                     -- as in credential.last_class
  kind text,                                      -- as in job.error_class
  error_text text,
  error_cure text
);

-- Asks the worker: it is told at once. `file` in place of a body; neither for a GET.
create function wechat_ask_add(account_id bigint, endpoint text, body text, file bytea, file_name text, file_type text) returns bigint
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  insert into kaquan.job as j (kind, account_id) values ('wechat_ask', $1)
  on conflict (kind, coalesce(account_id, 0), coalesce(template_id, 0)) where state in ('queued', 'running')
  do update set run_at = least(j.run_at, now());
  insert into kaquan.wechat_ask (account_id, endpoint, body, file, file_name, file_type)
  values ($1, $2, $3, $4, $5, $6) returning id
$$;

-- The answer, for who asked, and for nobody a second time; `withdraw`: the question goes also without an answer. No row: not
-- answered yet, not asked by this login, or gone.
create function wechat_ask_take(id bigint, withdraw boolean)
  returns table (answered boolean, begun boolean, answer text, class text, kind text, error_text text, error_cure text)
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  delete from kaquan.wechat_ask q where q.id = $1 and q.asked_by = session_user and (q.answered_at is not null or $2)
  returning q.answered_at is not null, q.begun_at is not null, q.answer, q.class, q.kind, q.error_text, q.error_cure
$$;

-- --- what commands do with the answers ---

-- Takes a card over that was made elsewhere, as it is at WeChat.
create function template_adopt(account_id bigint, key text, card_type text, title text, body jsonb, code_mode text, bind_openid boolean,
                               stock bigint, card_id text, status text, wechat_status text) returns table (id integer, record text)
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  with new as (
    insert into kaquan.template as t (account_id, key, card_type, title, body, code_mode, bind_openid, stock, card_id, status,
                                      wechat_status, review_due_at)
    values ($1, $2, $3, $4, $5, $6, $7, case $6 when 'deposit' then null else $8 end, $9, $10, $11,
            case when $10 = 'waiting' then now() end)
    returning t.id, t.body, to_jsonb(t)::text as record),
  kept as (insert into kaquan.template_revision (template_id, revision, body) select n.id, 1, n.body from new n)
  select n.id, n.record from new n
$$;

-- WeChat said an interface's daily limit (0: it has none) and how much of it is used.
create function api_limit_learn(account_id bigint, endpoint text, daily_limit bigint, used bigint) returns void
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  delete from kaquan.api_limit l where l.account_id = $1 and l.endpoint = $2 and $3 = 0;
  insert into kaquan.api_limit (account_id, endpoint, daily_limit, source, day, used, counted)
    select $1, $2, $3, 'asked', kaquan.wx_day(now()), $4,
           coalesce((select u.calls from kaquan.api_usage u
                      where u.account_id = $1 and u.endpoint = $2 and u.day = kaquan.wx_day(now())), 0)
     where $3 > 0
    on conflict (account_id, endpoint) do update
      set daily_limit = excluded.daily_limit, source = 'asked', day = excluded.day, used = excluded.used,
          counted = excluded.counted, learnt_at = now()
$$;

-- A reset of the day's calls may be for one interface.
alter table quota_reset add column interface text; -- null: for all

-- --- rights ---

alter function wechat_ask_add owner to kaquan_fn_admin;
alter function wechat_ask_take owner to kaquan_fn_admin;
alter function template_adopt owner to kaquan_fn_admin;
alter function api_limit_learn owner to kaquan_fn_admin;

grant select, insert, delete                          on wechat_ask                 to kaquan_fn_admin;
grant select, insert (kind, account_id), update (run_at) on job                     to kaquan_fn_admin;
grant insert                                          on template, template_revision to kaquan_fn_admin;
grant select, insert, update                          on template_validity          to kaquan_fn_admin;
grant select, insert, update, delete                  on api_limit                  to kaquan_fn_admin;
grant select                                          on api_usage, site            to kaquan_fn_admin;
grant execute on function template_dates, wx_day, wx_seconds                        to kaquan_fn_admin;

grant insert (interface)                              on quota_reset                to kaquan_operator;
grant select, update, delete                          on wechat_ask                 to kaquan_worker;
grant execute on function wechat_ask_add, wechat_ask_take, template_adopt, api_limit_learn to kaquan_worker, kaquan_operator;
