-- The ticket of template $1 with code $2 or outer_str $3.    -> state, epoch, nonce (hex), signed_at
select t.state::text as state, t.epoch, encode(t.nonce, 'hex') as nonce, t.signed_at
  from kaquan.ticket t
 where t.template_id = $1
   and (t.code = $2 or t.request_id = (select o.request_id from kaquan.ticket_outer o
                                        where o.public_id = decode($3, 'hex') and o.template_id = $1))
 limit 1
