-- What needs a person, worst first; before the first cards are signed also the steps that lead there. A sentence is made of a
-- row's kind and its facts; Enter opens its screen for its subject. Durations of WeChat are divided by the rehearsal's scale.
--   -> id, level (next, todo, done: of a step; bad, warn, note), kind, name, number, total, span_s, word, text, errcode, screen, subject
with known as materialized (
    select exists (select from kaquan.worker_key k where k.active) as has_key,
           (select a.key from kaquan.account a order by a.has_secret, a.key limit 1) as account,
           exists (select from kaquan.account a where a.has_secret) as has_secret,
           exists (select from kaquan.worker_heartbeat) as has_worker,
           exists (select from kaquan.credential c where c.epoch > 0) as has_token,
           (select e.address from kaquan.egress_address e order by e.last_seen_at desc limit 1) as address,
           (select t.key from kaquan.template t
             order by array_position(array['approved', 'waiting', 'sending', 'refused'], t.status), t.key limit 1) as template,
           exists (select from kaquan.template t where t.status in ('waiting', 'approved')) as has_sent,
           exists (select from kaquan.template t where t.status = 'approved') as has_approved,
           exists (select from kaquan.backend_grant) as has_backend,
           exists (select from kaquan.batch) as has_cards
), step as (
    select s.*, row_number() over (partition by s.done order by s.place) as turn
      from known k cross join lateral (values
        (1, 'step_key', k.has_key, null, null, 'dash'),
        (2, 'step_account', k.account is not null, null, null, 'accounts'),
        (3, 'step_secret', k.has_secret, k.account, null, 'accounts'),
        (4, 'step_worker', k.has_worker, null, null, 'jobs'),
        (5, 'step_address', k.has_token, k.account, k.address, 'ip'),
        (6, 'step_template', k.template is not null, null, null, 'templates'),
        (7, 'step_submit', k.has_sent, k.template, null, case when k.template is null then 'templates' else 'template' end),
        (8, 'step_review', k.has_approved, k.template, null, case when k.template is null then 'templates' else 'template' end),
        (9, 'step_backend', k.has_backend, k.account, null, 'accounts'),
        (10, 'step_cards', k.has_cards, k.template, null, 'pools')) s (place, kind, done, name, text, screen)
     where not (k.has_backend and k.has_cards)
), clock as materialized (
    select clock_timestamp() as now, interval '1 s' / s.time_scale as second from kaquan.site s
), alert (place, kind, name, number, total, span_s, word, text, errcode, screen, subject) as (
    select 100, case when max(h.beat_at) is null then 'worker_never' else 'worker_quiet' end, null, null::bigint, null::bigint,
           extract(epoch from now() - max(h.beat_at))::float8, null, null, null::integer, 'jobs', ''
      from kaquan.worker_heartbeat h
    having coalesce(max(h.beat_at), '-infinity') < now() - interval '150 s' and not exists (select from step)
    union all
    -- An api_ticket with fixed windows lives to its very end: only a token can be short before it.
    select case v.kind when 'credential_over' then 101 else 201 end, v.kind, a.key, c.fail_streak, null,
           abs(extract(epoch from c.valid_until - t.now))::float8, c.kind, c.last_text, nullif(c.last_errcode, 0), 'account', a.key
      from clock t cross join kaquan.credential c join kaquan.account a on a.id = c.account_id and a.enabled and a.has_secret
      cross join lateral (select case
          when c.valid_until is null and c.fail_streak = 0 then case when not exists (select from step) then 'credential_none' end
          when c.valid_until <= t.now then 'credential_over'
          when c.fail_streak > 0 or c.breaker = 'open' then 'credential_failing'
          when c.kind = 'access_token' and c.valid_until < t.now + 150 * t.second then 'credential_short' end as kind) v
     where v.kind is not null
    union all
    select case w.outcome when 'refused' then 102 else 202 end, case w.outcome when 'refused' then 'address_refused' else 'address_confirm' end,
           a.key, null, null, null, h.host, w.address, w.errcode, 'ip', ''
      from kaquan.account a
      cross join (select distinct b.host from kaquan.worker_heartbeat b where b.beat_at > now() - interval '10 min') h
      cross join lateral (select w.outcome, w.errcode, w.address from kaquan.whitelist_check w
                           where (w.account_id, w.host) = (a.id, h.host) order by w.id desc limit 1) w
     where a.enabled and (w.outcome = 'refused' or w.errcode between 89501 and 89507)
    union all
    select case v.kind when 'pool_empty' then 103 when 'stock_none' then 203 when 'stock_over' then 303 else 204 end, v.kind, p.title,
           case v.kind when 'stock_ends' then p.stock_left else p.ready end, p.wanted,
           extract(epoch from case v.kind when 'stock_ends' then p.stock_ends_at else p.empty_at end - t.now)::float8,
           null, null, null, 'pool', p.template
      from clock t cross join kaquan.pool_forecast p join kaquan.template m on m.id = p.template_id and not m.bind_openid
      cross join lateral (select case
          when p.state = 'empty' then 'pool_empty' when p.state = 'no stock' then 'stock_none' when p.state = 'sold out' then 'stock_over'
          when p.state = 'low' then case when p.empty_at is null then 'pool_idle' else 'pool_low' end
          when p.state = 'open' and p.stock_ends_at < t.now + 3600 * t.second then 'stock_ends'
          when p.state = 'open' and p.empty_at < least(p.epoch_ends_at, t.now + 600 * t.second) then 'pool_short' end as kind) v
     where v.kind is not null
    union all
    select case v.kind when 'quota_over' then 105 else 205 end, v.kind, a.key, q.used, q.daily_limit,
           extract(epoch from q.reached_at - now())::float8, q.stopped_class, q.endpoint, null, 'account', a.key
      from kaquan.quota_status q join kaquan.account a on a.id = q.account_id and a.enabled
      cross join lateral (select case when q.used >= q.daily_limit then 'quota_over' when q.stopped_until > now() then 'quota_stopped'
                                      when q.reached_at is not null then 'quota_near'
                                      when q.used >= 0.9 * q.daily_limit then 'quota_high' end as kind) v
     where v.kind is not null
    union all
    (select 106, 'job_failed', concat_ws(' ', '#' || j.id, coalesce(t.key, a.key)), j.attempts, null, extract(epoch from now() - j.finished_at)::float8, j.kind,
            j.error_text, j.errcode, 'job', j.id::text
       from kaquan.job j left join kaquan.template t on t.id = j.template_id left join kaquan.account a on a.id = j.account_id
       cross join lateral (select l.id from kaquan.job l
                            where l.kind = j.kind and coalesce(l.account_id, 0) = coalesce(j.account_id, 0)
                              and coalesce(l.template_id, 0) = coalesce(j.template_id, 0) order by -l.id limit 1) newest
      where j.state = 'failed' and j.finished_at > now() - interval '24 h' and newest.id = j.id and j.kind <> 'whitelist_check'
      order by j.id desc limit 8)
    union all
    select 200, 'job_paused', p.person, null, null, extract(epoch from now() - p.paused_at)::float8, p.kind, ': ' || p.reason, null, 'jobs', ''
      from kaquan.job_pause p
    union all
    (select 206, 'job_again', concat_ws(' ', '#' || j.id, coalesce(t.key, a.key)), j.attempts, null, extract(epoch from j.run_at - now())::float8, j.kind,
            j.error_text, j.errcode, 'job', j.id::text
       from kaquan.job j left join kaquan.template t on t.id = j.template_id left join kaquan.account a on a.id = j.account_id
      where j.state = 'queued' and j.attempts > 0 and j.error_text is not null and j.kind not in ('credential_refresh', 'whitelist_check')
      order by j.id desc limit 8)
    union all
    select 207, 'job_waits', null, count(*), null, extract(epoch from now() - min(j.run_at))::float8, null, null, null, 'jobs', ''
      from kaquan.job j where j.state = 'queued' and j.run_at <= now()
    having min(j.run_at) < now() - interval '120 s'
    union all
    select 208, 'account_bare', a.key, null, null, null, null, null, null, 'account', a.key
      from kaquan.account a cross join known k where a.enabled and not a.has_secret and k.has_secret
    union all
    select 209, 'template_refused', t.title, null, null, null, null, t.refuse_reason, null, 'template', t.key
      from kaquan.template t where t.status = 'refused'
    union all
    select 210, 'token_replaced', a.key, count(distinct r.epoch), null, extract(epoch from now() - max(r.last_at))::float8, null, null,
           null, 'account', a.key
      from kaquan.token_refusal r join kaquan.account a on a.id = r.account_id
     where r.last_at > now() - kaquan.wx_scaled(86400) group by a.key
    union all
    select 301, 'drift', t.key, count(*), null, null, null, null, null, 'drifts', ''
      from kaquan.ticket_drift d join kaquan.template t on t.id = d.template_id where d.repaired_at is null group by t.key
    union all
    select 302, 'request', r.person, null, null, extract(epoch from now() - r.created_at)::float8, null,
           concat_ws(' ', r.noun, r.verb, case when not r.private then array_to_string(array(select jsonb_array_elements_text(r.params -> 'arguments')), ' ') end),
           null, 'requests', r.id::text
      from kaquan.act_request r where r.state = 'waiting'
)
select concat_ws(' ', x.kind, x.name, x.word, x.subject, case when x.kind like 'quota%' then x.text end) as id, x.*
  from (select s.place, case when s.done then 'done' when s.turn = 1 then 'next' else 'todo' end as level, s.kind, s.name,
               null::bigint as number, null::bigint as total, null::float8 as span_s, null as word, s.text, null::integer as errcode,
               s.screen, coalesce(s.name, '') as subject
          from step s
        union all
        select a.place, (array['bad', 'warn', 'note'])[a.place / 100], a.kind, a.name, a.number, a.total, a.span_s, a.word, a.text,
               a.errcode, a.screen, a.subject
          from alert a) x
 order by x.place, x.span_s, x.name limit 100
