-- When did a worker last give a sign of life (null: never), how much waits for it, and whose database is this?
--   -> beat_s, open_jobs, environment
select (select extract(epoch from clock_timestamp() - max(h.beat_at))::float8 from kaquan.worker_heartbeat h) as beat_s,
       (select count(*) from kaquan.job j where j.state in ('queued', 'running')) as open_jobs,
       (select s.environment from kaquan.site s) as environment
