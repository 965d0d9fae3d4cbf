-- How long jobs took: those that are there, and those that were pruned (job_past), so that nothing ever goes back.
with part as (
  select p.kind, p.bucket, p.jobs, p.seconds from kaquan.job_past p
  union all
  select j.kind, kaquan.job_bucket(j.seconds) as bucket, count(*), sum(j.seconds)
    from (select j.kind, kaquan.job_seconds(j.started_at, j.finished_at) as seconds
            from kaquan.job j where j.state in ('done', 'failed')) j
   group by j.kind, bucket
), bars as ( -- every kind has every bucket
  select k.kind, b.bound, coalesce(sum(p.jobs), 0) as jobs, coalesce(sum(p.seconds), 0) as seconds
    from (select distinct p.kind from part p) k
    cross join unnest(kaquan.job_bounds()) b (bound)
    left join part p on (p.kind, p.bucket) = (k.kind, b.bound)
   group by k.kind, b.bound
), lines as (
  select b.kind, 1 as place, '_bucket' as suffix, b.bound as le,
         (sum(b.jobs) over (partition by b.kind order by b.bound))::float8 as value
    from bars b
  union all select b.kind, 2, '_sum', null, sum(b.seconds) from bars b group by b.kind
  union all select b.kind, 3, '_count', null, sum(b.jobs)::float8 from bars b group by b.kind
)
select l.suffix, l.kind, l.le, l.value from lines l order by l.kind, l.place, l.le
