-- How long jobs took: those that are there, and those that were pruned (job_past), so that nothing ever goes back.
with part as (
  select p.kind, p.bucket, p.jobs, p.seconds from kaquan.job_past p
  union all
  select j.kind, kaquan.job_bucket(t.seconds), 1, t.seconds
    from kaquan.job j, kaquan.job_seconds(j.started_at, j.finished_at) t (seconds) where j.state in ('done', 'failed')
), kinds as (
  select p.kind, sum(p.jobs) as jobs, sum(p.seconds) as seconds from part p group by p.kind
), lines as (
  select k.kind, 1 as place, '_bucket' as suffix, b.bound as le,
         (select coalesce(sum(p.jobs), 0) from part p where p.kind = k.kind and p.bucket <= b.bound)::float8 as value
    from kinds k, kaquan.job_buckets() b (bound)
  union all select k.kind, 2, '_sum', null, k.seconds from kinds k
  union all select k.kind, 3, '_count', null, k.jobs::float8 from kinds k
)
select l.suffix, l.kind, l.le, l.value from lines l order by l.kind, l.place, l.le
