-- What monitoring asks, in one row. Credentials are short below 5 minutes of life (of WeChat's time), pools low below
-- their low-water mark.
select (select extract(epoch from now() - max(h.beat_at)) from kaquan.worker_heartbeat h)::double precision as beat_age,
       (select extract(epoch from now() - min(j.run_at)) from kaquan.job j
         where j.state = 'queued' and j.run_at <= now())::double precision as job_age,
       c.credentials, c.credentials_short, c.credentials_over, p.pools, p.pools_low, p.pools_empty
  from (select count(*) as credentials,
               count(*) filter (where c.valid_until is null or c.valid_until < now() + interval '300 s' / s.time_scale)
                 as credentials_short,
               count(*) filter (where c.valid_until is null or c.valid_until < now()) as credentials_over
          from kaquan.credential c join kaquan.account a on a.id = c.account_id and a.enabled and a.has_secret
          cross join kaquan.site s) c,
       (select count(*) as pools, count(*) filter (where q.ready < least(q.pool_low, q.wanted)) as pools_low,
               count(*) filter (where q.ready = 0 and q.wanted > 0) as pools_empty
          from kaquan.pool_status q where q.fillable) p
