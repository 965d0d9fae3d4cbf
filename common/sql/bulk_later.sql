-- WeChat did nothing about an item: it waits again, or is given up as its act was.
with b as (select b.id, b.cancelled_at from kaquan.bulk b where b.id = $1 for share)
update kaquan.bulk_item i
   set state = case when b.cancelled_at is null then 'waiting' else 'cancelled' end, ended_at = b.cancelled_at
  from b where i.bulk_id = b.id and i.n = $2 and i.state = 'sending'
