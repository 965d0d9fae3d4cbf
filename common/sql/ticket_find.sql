-- The tickets of a code (also one that they had), a request id, or a person.    -> request_id, template_id, ...
with found as (
  select t.request_id, t.template_id from kaquan.ticket t where t.code = $1
  union select p.request_id, p.template_id from kaquan.ticket_past_code p where p.code = $1
  union select t.request_id, t.template_id from kaquan.ticket t where t.request_id = $1
  union select o.request_id, o.template_id from kaquan.tickets_of($1) o)
select t.request_id, t.template_id, tp.key as template, a.key as account, t.code, t.state::text as state, t.claimed_at, t.openid,
       t.holder, t.epoch, t.valid_until, left(encode(coalesce(t.public_id, t.nonce), 'hex'), 16) as outer_str,
       (select json_agg(p.code) from kaquan.ticket_past_code p
         where p.request_id = t.request_id and p.template_id = t.template_id)::text as codes_before
  from found f
  join kaquan.ticket t on t.request_id = f.request_id and t.template_id = f.template_id
  join kaquan.template tp on tp.id = t.template_id
  join kaquan.account a on a.id = tp.account_id
 where $2::text is null or tp.key = $2
 order by t.claimed_at, t.request_id, t.template_id
 limit 1000
