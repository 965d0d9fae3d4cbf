-- Writes down what pushes say ($2: the reader's objects), which ticket each is about, and whether it came before. A ticket
-- is found by the code, by a code that it had, by the code that a gift replaced, or by its name in outer_str.
with said as (
  select s.id, s.seconds, s.kind, s.step, s.verdict, s.openid, s.card_id, coalesce(s.plain_code, w.decrypted_code) as code,
         s.old_code, s.outer_str, s.encrypted, s.detail, s.note,
         case when s.note is null then
           sha256(convert_to(jsonb_build_array(s.openid, s.seconds, s.kind, s.card_id, s.plain_code, s.old_code, s.encrypted,
                             s.step, s.detail -> 'TransId', s.detail -> 'OrderId')::text, 'UTF8')) end as identity
    from jsonb_to_recordset($2::jsonb) as s (id bigint, seconds bigint, kind text, step text, verdict text, openid text,
      card_id text, plain_code text, old_code text, outer_str text, encrypted text, detail jsonb, note text)
    join kaquan.wx_event w on w.id = s.id),
read as (
  select s.*, t.id as template_id,
         coalesce(now.request_id, past.request_id, giver.request_id, gave.request_id, named.request_id) as request_id,
         s.identity is not null and (row_number() over (partition by s.identity order by s.id) > 1
           or exists (select from kaquan.wx_event o where o.account_id = $1 and o.identity = s.identity
                         and o.state <> 'repeat' and o.id <> s.id)) as came_before
    from said s
    left join kaquan.template t on t.card_id = s.card_id and t.account_id = $1
    left join kaquan.ticket now on now.code = s.code and now.template_id = t.id
    left join kaquan.ticket_past_code past on past.code = s.code and past.template_id = t.id
    left join kaquan.ticket giver on giver.code = s.old_code and giver.template_id = t.id
    left join kaquan.ticket_past_code gave on gave.code = s.old_code and gave.template_id = t.id
    left join kaquan.ticket_outer named on named.template_id = t.id
      and named.public_id = case when s.outer_str ~ '^[0-9a-f]{16}$' then decode(s.outer_str, 'hex') end)
update kaquan.wx_event e
   set identity = r.identity, kind = r.kind, step = r.step, happened_at = to_timestamp(r.seconds), openid = r.openid,
       card_id = r.card_id, code = r.code, old_code = r.old_code, outer_str = r.outer_str,
       detail = r.detail || jsonb_strip_nulls(jsonb_build_object('EncryptCode', r.encrypted)),
       template_id = r.template_id, request_id = r.request_id, applied_at = now(), note = r.note,
       state = case when r.note is not null then 'unread'
                    when r.came_before then 'repeat'
                    when r.encrypted is not null and r.code is null then 'coded'
                    when r.step is not null and r.request_id is not null or r.verdict is not null and r.template_id is not null
                      then 'applied'
                    else 'kept' end
  from read r
 where e.id = r.id
