-- Gives up what an act has not sent. What is just being sent gets its result.
update kaquan.bulk_item set state = 'cancelled', ended_at = now() where bulk_id = $1 and state = 'waiting'
