-- Ends the acts of an account that have no open item.
update kaquan.bulk b set finished_at = now()
 where b.account_id = $1 and b.finished_at is null
   and not exists (select from kaquan.bulk_item i where i.bulk_id = b.id and i.state in ('waiting', 'sending'))
