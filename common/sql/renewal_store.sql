-- A fresh signature for a ticket, unless its epoch was revoked meanwhile; its name towards WeChat stays.
with fresh as (
  update kaquan.ticket t
     set code = coalesce(t.code, $3), epoch = $4::bigint, signed_at = $5, valid_until = h.valid_until, nonce = $6,
         signature = $7, public_id = coalesce(t.public_id, t.nonce),
         state = case when t.state = 'claiming' then 'handed_out' else t.state end
    from kaquan.credential_history h
   where t.request_id = $1 and t.template_id = $2
     and h.account_id = $8 and h.kind = 'api_ticket' and h.epoch = $4 and h.revoked_at is null
  returning t.request_id, t.template_id, t.code, t.public_id),
named as ( -- its code is WeChat's to choose: an added card is found by outer_str
  insert into kaquan.ticket_outer (public_id, request_id, template_id)
  select substr(f.public_id, 1, 8), f.request_id, f.template_id from fresh f where f.code is null
  on conflict do nothing),
gone as (
  delete from kaquan.ticket_renewal r using fresh f where r.request_id = f.request_id and r.template_id = f.template_id)
insert into kaquan.ticket_event (request_id, template_id, kind)
select f.request_id, f.template_id, 'renewed' from fresh f
