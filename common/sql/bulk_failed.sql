-- WeChat refused an item.
update kaquan.bulk_item set state = 'failed', errcode = $3, text = $4, ended_at = clock_timestamp()
 where bulk_id = $1 and n = $2 and state = 'waiting'
