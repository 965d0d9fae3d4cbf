-- All about the ticket of a row, and where WeChat differs when it was asked last.    -> asked_for ($1), id, code, ...
select $1 as asked_for, tp.key || ' ' || coalesce(t.code, '(' || t.request_id || ')') as id, coalesce(t.code, t.request_id) as name, t.code, tp.key as template,
       tp.title, tp.card_type, a.key as account, t.state::text as state, t.claimed_at, t.request_id, t.openid, t.holder,
       coalesce(t.holder, t.openid) as person, t.epoch, t.valid_until, left(encode(coalesce(t.public_id, t.nonce), 'hex'), 16) as outer_str,
       (select string_agg(p.code, ', ') from kaquan.ticket_past_code p
         where p.request_id = t.request_id and p.template_id = t.template_id) as codes_before,
       (select max(s.entries) from kaquan.ticket_scan s
         where s.request_id = t.request_id and s.template_id = t.template_id and s.verdict = 'admitted') as entries,
       coalesce(d.seen_at, asked.ended_at) as asked_at, coalesce(d.kind, case when asked.ended_at is not null then 'in_step' end) as drift,
       d.theirs, d.openid as their_holder
  from kaquan.ticket_of_row($1) f
  join kaquan.ticket t on t.request_id = f.request_id and t.template_id = f.template_id
  join kaquan.template tp on tp.id = t.template_id
  join kaquan.account a on a.id = tp.account_id
  left join kaquan.ticket_drift d on d.template_id = t.template_id and d.code = t.code and d.repaired_at is null
  left join kaquan.ticket_reconcile asked on asked.template_id = t.template_id and asked.filter = 'code:' || t.code
