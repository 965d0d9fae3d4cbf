-- The hosts that a worker ran on within a day.    -> hosts, or null
select string_agg(distinct h.host, ', ') as hosts from kaquan.worker_heartbeat h where h.beat_at > now() - interval '1 day'
