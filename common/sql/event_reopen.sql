-- Pushes that were kept for want of a ticket and whose code is now known through these ($1) are read again.
update kaquan.wx_event k set state = 'new'
  from (select distinct e.card_id, c.code
          from kaquan.applied_of($1) e cross join lateral (values (e.code), (e.old_code)) as c (code)
         where e.step in ('added', 'received') and c.code is not null) known
 where k.state = 'kept' and k.step is not null and k.card_id = known.card_id
   and (k.code = known.code or k.old_code = known.code)
