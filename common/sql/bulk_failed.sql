-- An item has no good end: WeChat refused it ($3: its errcode), or it cannot be recorded ($3 null).
update kaquan.bulk_item set state = 'failed', errcode = $3, text = $4, ended_at = clock_timestamp()
 where bulk_id = $1 and n = $2 and state = 'sending'
