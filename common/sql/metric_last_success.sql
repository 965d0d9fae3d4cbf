-- Did the job of each kind that ended last do what it should?
select distinct on (j.kind) j.kind, (j.state = 'done')::int as value
  from kaquan.job j where j.state in ('done', 'failed') order by j.kind, j.finished_at desc, j.id desc
