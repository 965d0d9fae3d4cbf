-- The tickets of a code (also one that they had) or request id $1, or of the person $2; of template $3 alone.    -> request_id, template_id, ...
select t.request_id, t.template_id, tp.key as template, a.key as account, t.code, t.state::text as state, t.claimed_at, t.openid,
       t.holder, t.epoch, t.valid_until, left(encode(coalesce(t.public_id, t.nonce), 'hex'), 16) as outer_str,
       (select json_agg(p.code) from kaquan.ticket_past_code p
         where p.request_id = t.request_id and p.template_id = t.template_id)::text as codes_before
  from (select * from kaquan.tickets_named($1) union select * from kaquan.tickets_of($2)) f
  join kaquan.ticket t on t.request_id = f.request_id and t.template_id = f.template_id
  join kaquan.template tp on tp.id = t.template_id
  join kaquan.account a on a.id = tp.account_id
 where $3::text is null or tp.key = $3
 order by t.claimed_at, t.request_id, t.template_id
 limit 1000
