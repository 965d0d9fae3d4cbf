-- One event for all pictures of the console: something in every state, in both scripts, and more of it than one page
-- holds. Its clock stands at 2026-11-25 10:42:07Z (test_clock_stops()), so now() here is that, and no id, code or
-- signature is left to chance: a picture of today is that of tomorrow.
set search_path = kaquan;
update site set environment = 'PROD gz-main';
update schema_migration set applied_at = now() - interval '60 d';

-- Who: one account that works, one that WeChat refuses, one without a secret; hosts, keys, logins.
insert into account (key, appid, name, secret, secret_set_at, created_at) values
  ('festival', 'wx1234567890abcdef', '松湖景区', '\x00', now() - interval '40 d', now() - interval '50 d'),
  ('museum', 'wx2234567890abcdef', '城市美术馆', '\x00', now() - interval '2 d', now() - interval '50 d'),
  ('bare', 'wx3234567890abcdef', '', null, null, now() - interval '1 d');
update credential set epoch = 7, first_seen_at = now() - interval '32 min', valid_until = now() + interval '88 min', fetched_at = now() - interval '32 min'
 where account_id = 1;
update credential set epoch = 3, valid_until = now() - interval '6 min', fail_streak = 2, last_class = 'host', last_errcode = 40164,
       last_text = 'invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist', last_host = 'gate-2' where account_id = 2;
insert into credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known, ended_at, revoked_at, revoke_reason)
select 1, k, e, 'f' || e, now() - interval '32 min' - interval '100 min' * (7 - e), now() + interval '88 min' - interval '100 min' * (7 - e), true,
       case when e < 7 then now() - interval '32 min' - interval '100 min' * (6 - e) end,
       case when e = 5 then now() - interval '190 min' end, case when e = 5 then 'replaced by somebody else' end
  from unnest(array['access_token', 'api_ticket']) k, generate_series(3, 7) e;
insert into worker_heartbeat (host, pid, version, mode, started_at, beat_at, clock_offset_s) values
  ('gate-1', 4121, '0.1.0', 'serve', now() - interval '3 d', now() - interval '2 s', 0.002),
  ('gate-2', 4122, '0.1.0', 'cron', now() - interval '1 d', now() - interval '40 s', -0.004);
insert into worker_key (key_id, certificate, active, created_at) values ('9f86d081884c7d65', 'c', true, now() - interval '50 d');
insert into whitelist_check (account_id, host, address, outcome, errcode, text, checked_at) values
  (1, 'gate-1', null, 'listed', 0, null, now() - interval '72 min'), (1, 'gate-2', null, 'listed', 0, null, now() - interval '71 min'),
  (2, 'gate-2', '203.0.113.9', 'refused', 40164, 'invalid ip 203.0.113.9, not in whitelist', now() - interval '6 min');
update egress_address set first_seen_at = now() - interval '9 d', last_seen_at = now() - interval '6 min';
insert into api_usage (account_id, endpoint, day, calls, refusals) values
  (1, '/card/code/get', wx_day(now()), 94210, '{"45009": 3}'), (1, '/card/code/consume', wx_day(now()), 9204, '{}'),
  (2, '/cgi-bin/stable_token', wx_day(now()), 12, '{"40164": 12}');
insert into api_limit (account_id, endpoint, daily_limit, source, day, used, counted, learnt_at)
values (1, '/card/code/get', 100000, 'asked', wx_day(now()), 94210, 94210, now() - interval '5 min');
insert into token_refusal (account_id, epoch, endpoint, errcode, host, age_s, left_s, first_at, last_at)
values (1, 5, '/card/code/get', 40001, 'gate-1', 600, 5000, now() - interval '3 h', now() - interval '3 h');
insert into backend_grant (login, account_id, granted_at) values ('festival_app', 1, now() - interval '48 d');
insert into gate_grant (login, account_id, granted_at) values ('gate_north', 1, now() - interval '20 d'), ('gate_south', 1, now() - interval '20 d');

-- What: templates of every status; one that was changed since WeChat saw it.
insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock, pool_target, pool_low, paused, refuse_reason,
                      created_at, updated_at)
select a, k, 'SCENIC_TICKET', t, jsonb_build_object('card', jsonb_build_object('card_type', 'SCENIC_TICKET', 'scenic_ticket', jsonb_build_object(
         'ticket_class', '全日票', 'base_info', jsonb_build_object('title', left(t, 9), 'brand_name', '城市美术馆', 'notice', '入场时出示二维码',
           'logo_url', 'http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0', 'code_type', 'CODE_TYPE_QRCODE', 'color', 'Color030',
           'description', '请提前 15 分钟到场。每张票限一人使用。', 'sku', jsonb_build_object('quantity', 50000), 'date_info',
           jsonb_build_object('type', 'DATE_TYPE_FIX_TIME_RANGE', 'begin_timestamp', 1793462400, 'end_timestamp', 1798732799))))),
       m, s, case when s = 'approved' then 'p' || k || '0123456789' end, 50000, target, 2000, p, r, now() - interval '45 d', now() - interval '2 d'
  from (values
    (1, 'adult', '成人票', 'merchant', 'approved', 9000, false, null),
    (1, 'autumn-2026', '2026 秋季当代艺术展览与工作坊联票（含导览）', 'merchant', 'approved', 4000, false, null),
    (1, 'gala', 'Summer gala', 'deposit', 'approved', 9000, false, null),
    (1, 'night', '夜场 Night', 'wechat', 'approved', 500, true, null),
    (1, 'vip', '讲座 VIP', 'merchant', 'refused', 100, false, '商户名称不符: the brand is not yours'),
    (2, 'winter', '冬季展览', 'merchant', 'waiting', 3000, false, null),
    (2, 'plan', 'Plan', 'merchant', 'draft', 3000, false, null)) v (a, k, t, m, s, target, p, r);
insert into template_revision (template_id, revision, body, sent_at)
select id, 1, case key when 'adult' then jsonb_set(body, '{card,scenic_ticket,base_info,title}', '"成人日票"') else body end, now() - interval '44 d'
  from template where status <> 'draft';
update pool set slot = s.slot, cards = s.cards::regclass, fill = s.slot + 1, epoch = 7, first_ordinal = 1, last_ordinal = s.last,
       valid_until = now() + interval '88 min', usable_from = '-infinity', usable_until = now() + interval '86 min', opened_at = now() - interval '30 min'
  from (values ('adult', 0, 'pool_card_00_next', 9000), ('night', 1, 'pool_card_01_next', 500), ('gala', 2, 'pool_card_02_next', 9000))
       s (key, slot, cards, last) where template_key = s.key;
select setval('pool_card_00_next', 8588), setval('pool_card_01_next', 60), setval('pool_card_02_next', 300);
insert into batch (fill, template_id, epoch, slot, cards, reason, host, seconds, committed_at) values
  (1, 1, 7, 0, 9000, 'first fill', 'gate-1', 0.9, now() - interval '30 min'), (2, 4, 7, 1, 500, 'rotation', 'gate-1', 0.1, now() - interval '29 min'),
  (3, 3, 7, 2, 9000, 'low water', 'gate-2', 0.8, now() - interval '28 min');
insert into stat_minute (template_id, minute, claims, adds, entries, signed)
select 1, date_trunc('minute', now()) - interval '1 min' * n, 5 + n % 7 + n / 400, 4 + n % 5, n % 9, 0 from generate_series(1, 2000) n;
insert into stat_minute (template_id, minute, claims, adds, entries, signed)
select 3, date_trunc('minute', now()) - interval '1 min' * n, n % 3, n % 2, 0, 0 from generate_series(1, 120) n;

-- Tickets in every state, a minute apart, their story, and where WeChat says otherwise.
insert into ticket (claimed_at, request_id, template_id, code, openid, holder, epoch, signed_at, valid_until, nonce, signature, state, public_id)
select now() - interval '1 min' * n, 'order-' || 1000 - n, case n % 7 when 3 then 3 else 1 end, case when n % 11 <> 5 then 603184207600 - n end,
       case when n % 4 <> 2 then 'oClaimed_by_' || n end, case when n % 6 = 4 then 'oHeld_by_' || n end, 7, 1795603000, now() + interval '1 h',
       decode(lpad(to_hex(n), 20, '0'), 'hex'), '\x00', ('{claiming,handed_out,added,gifted,deleted,consumed,void}'::ticket_state[])[1 + n % 7], decode(lpad(to_hex(n), 16, '0'), 'hex')
  from generate_series(1, 300) n;
insert into ticket_event (request_id, template_id, kind, at, detail)
select 'order-996', 1, k, now() - interval '4 min' + interval '20 s' * n, d::jsonb
  from unnest(array['added', 'gifted', 'renewed'], array['{"outer_str": "0000000000000004"}', '{"code": "603184207500", "note": "送给朋友"}', '{}'])
       with ordinality u (k, d, n);
insert into ticket_drift (template_id, request_id, code, kind, ours, theirs, openid, found_at, seen_at) values
  (1, 'order-996', '603184207596', 'gifted', 'added', 'GIFTING', 'oAnother_person', now() - interval '50 min', now() - interval '50 min'),
  (1, null, '603184207111', 'stray', null, 'NORMAL', 'oSomebody_else', now() - interval '50 min', now() - interval '50 min');
insert into ticket_person select openid, request_id, template_id from ticket where openid is not null on conflict do nothing;
insert into ticket_scan (at, template_id, entries, verdict, scan_id, code, gate, annulled)
select now() - interval '1 min' * n, 1, case when n % 5 = 4 then 6 else 1 end, (case when n % 5 = 4 then 'used_up' else 'admitted' end)::gate_verdict,
       'scan-' || 100 - n, 603184207600 - n, case n % 3 when 0 then 'south' else 'north' end, n = 7 from generate_series(1, 30) n;
update gate_rule set entries = 6, per_day = 2, opens = '09:00', closes = '21:30' where template_key = 'adult';
insert into bulk (account_id, template_id, act, person, reason, created_at, finished_at) values
  (1, 1, 'void', 'mei@desk', '重复出票', now() - interval '20 min', null), (1, 1, 'consume', 'li@door', null, now() - interval '2 d', now() - interval '2 d');
insert into bulk_item (bulk_id, n, request_id, code, state, errcode, text, ended_at)
select 1, n, 'order-' || 900 - n, 603184207500 - n, s, case s when 'failed' then 40127 end, case s when 'failed' then 'invalid user-card status' end,
       case when s in ('done', 'failed') then now() - interval '19 min' end
  from unnest(array['done', 'done', 'failed', 'sending', 'waiting', 'waiting', 'failed', 'done']) with ordinality u (s, n);
insert into bulk_item (bulk_id, n, request_id, code, state, ended_at) values (2, 1, 'order-950', '603184207550', 'done', now() - interval '2 d');

-- Work: jobs in every state, a log; who did what; who waits for a second person.
insert into job (kind, account_id, template_id, state, run_at, attempts, lease_owner, progress_done, progress_total, result, error_class, errcode,
                 error_text, created_by, created_at, started_at, finished_at) values
  ('pool_fill', 1, 1, 'running', now() - interval '25 s', 1, 'gate-1', 6100, 9000, null, null, null, null, 'schedule', now() - interval '25 s',
   now() - interval '20 s', null),
  ('template_submit', 2, 6, 'queued', now() + interval '134 s', 3, null, null, null, null, 'quota', 45009, 'reach max api daily quota limit', 'mei@desk',
   now() - interval '30 min', now() - interval '9 min', null),
  ('credential_refresh', 2, null, 'queued', now() - interval '38 s', 0, null, null, null, null, null, null, null, 'li@door', now() - interval '38 s', null, null),
  ('ticket_reconcile', 1, 1, 'failed', now() - interval '2 h', 5, 'gate-2', 120, 4000, null, 'host', 40164, 'invalid ip 203.0.113.9, not in whitelist',
   'schedule', now() - interval '2 h', now() - interval '110 min', now() - interval '105 min'),
  ('code_deposit', 1, 3, 'done', now() - interval '3 h', 1, 'gate-1', 9000, 9000, '9000 codes deposited', null, null, null, 'mei@desk',
   now() - interval '3 h', now() - interval '179 min', now() - interval '175 min'),
  ('ticket_bulk', 1, 1, 'cancelled', now() - interval '4 h', 1, 'gate-1', 0, 12, null, null, null, null, 'li@door', now() - interval '4 h', null,
   now() - interval '239 min');
insert into job_log (job_id, at, level, text)
select 4, now() - interval '110 min' + interval '7 s' * n, (array['info', 'info', 'warn', 'error'])[1 + n % 4],
       (array['asking WeChat about 100 codes', '100 codes are in step', 'WeChat answers slowly: 4.2 s', '/card/code/get 40164: 不在白名单 203.0.113.9'])[1 + n % 4]
  from generate_series(0, 39) n;
insert into audit_log (at, who, person, action, object, before, after, reason, hash)
select now() - interval '7 min' * (40 - n), 'kaquan_worker', (array['mei@desk', 'li@door', '王经理@office'])[1 + n % 3],
       (array['template_set', 'job_cancel', 'ticket_void', 'account_set_secret'])[1 + n % 4],
       (array['template adult', 'job 6', 'ticket adult 603184207551', 'account museum'])[1 + n % 4],
       case n % 4 when 0 then '{"pool_target": 5000, "title": "成人日票", "tags": [1, 2]}'::jsonb end,
       case n % 4 when 0 then '{"pool_target": 9000, "title": "成人票", "tags": [1, 3, 4]}'::jsonb end,
       (array['开幕前加量', 'typed the wrong one', '重复出票 refund', null])[1 + n % 4], decode(lpad(to_hex(n), 4, '0'), 'hex')
  from generate_series(1, 40) n;
insert into act_request (noun, verb, params, person, reason, created_at) values
  ('template', 'delete', '{"arguments": ["gala"], "options": {}}', 'mei@desk', '活动取消', now() - interval '26 min'),
  ('ticket', 'void', '{"arguments": ["603184207551"], "options": {"template": "adult"}}', 'li@door', 'refund', now() - interval '11 min');
analyze;
