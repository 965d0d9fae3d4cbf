-- What is due next by its state or by the clock, and nobody works on yet? Some is due since -infinity.
--   -> kind, object, due_s (0: now), every_s (null: by state)
select d.kind, coalesce(t.key, a.key, '') as object,
       extract(epoch from greatest(d.due_at, clock_timestamp()) - clock_timestamp())::float8 as due_s,
       extract(epoch from s.every)::float8 as every_s
  from kaquan.job_due d
  left join kaquan.template t on t.id = d.template_id
  left join kaquan.account a on a.id = d.account_id
  left join kaquan.schedule s on s.kind = d.kind and d.account_id is null and d.template_id is null
 where d.due_at < 'infinity'
   and not exists (select from kaquan.job j where j.kind = d.kind and j.state in ('queued', 'running')
                     and j.account_id is not distinct from d.account_id and j.template_id is not distinct from d.template_id)
 order by d.due_at, d.kind, 2
 limit 50
