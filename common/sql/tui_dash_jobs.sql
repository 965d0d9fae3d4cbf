-- The queue in one row: what waits, runs and failed, how long the oldest waits, what was done in the last hour and in each of its 12
-- parts, what comes next by the clock.
--   -> waiting, later, running, failed (in 24 h), oldest_s (null: none waits), done, parts, next_kind, next_s
select o.waiting, o.later, o.running, o.oldest_s, e.failed, e.done, e.parts, n.kind as next_kind,
       greatest(0, extract(epoch from n.next_at - now()))::float8 as next_s
  from (select count(*) filter (where j.state = 'queued' and j.run_at <= now()) as waiting,
               count(*) filter (where j.state = 'queued' and j.run_at > now()) as later,
               count(*) filter (where j.state = 'running') as running,
               extract(epoch from now() - min(j.run_at) filter (where j.state = 'queued' and j.run_at <= now()))::float8 as oldest_s
          from kaquan.job j where j.state in ('queued', 'running')) o
  cross join (select (select count(*) from kaquan.job j where j.state = 'failed' and j.finished_at > now() - interval '24 h') as failed,
                     sum(p.done) as done, string_agg(p.done::text, ' ' order by g.at) as parts
                from generate_series(now() - interval '60 min', now() - interval '5 min', '5 min') g (at)
                cross join lateral (select count(*) as done from kaquan.job j
                                     where j.state = 'done' and j.finished_at >= g.at and j.finished_at < g.at + interval '5 min') p) e
  left join lateral (select s.kind, s.next_at from kaquan.schedule s where not exists (select from kaquan.job_pause p where p.kind = s.kind) order by s.next_at, s.kind limit 1) n on true
