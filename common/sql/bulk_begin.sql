-- An item is about to be sent.    -> no row when it was given up meanwhile
update kaquan.bulk_item set state = 'sending'
 where bulk_id = $1 and n = $2 and state in ('waiting', 'sending')
returning n
