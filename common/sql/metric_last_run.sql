-- When a job of each kind ended last.
select j.kind, extract(epoch from max(j.finished_at)) as value
  from kaquan.job j where j.state in ('done', 'failed') group by j.kind order by j.kind
