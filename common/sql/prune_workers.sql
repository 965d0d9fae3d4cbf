-- Forgets workers that have not been heard of for a day, and blocks that are over.
with gone as (delete from kaquan.host_block where until_at < now() - interval '1 day')
delete from kaquan.worker_heartbeat where beat_at < now() - interval '1 day'
