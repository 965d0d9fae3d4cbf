-- Workers of the last 10 minutes that may hold a key file of their own: those of other hosts than $1, and the services
-- of this one.    -> hosts, or null
select string_agg(distinct h.host, ', ') as hosts
  from kaquan.worker_heartbeat h
 where h.beat_at > now() - interval '10 minutes' and (h.host <> $1 or h.mode = 'serve')
