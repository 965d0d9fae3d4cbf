-- Which kinds rest, and what is due next by its state or by the clock, and nobody works on yet? Some is due since -infinity.
--   -> kind, object, due_s (0: now; null: it rests), every_s (null: by state)
select x.kind, x.object, case when x.due_at is not null
            then extract(epoch from greatest(x.due_at, clock_timestamp()) - clock_timestamp())::float8 end as due_s,
       extract(epoch from s.every)::float8 as every_s
  from (select p.kind, '' as object, null::timestamptz as due_at, true as by_clock
          from kaquan.job_pause p
        union all
        select d.kind, coalesce(t.key, a.key, ''), d.due_at, d.account_id is null and d.template_id is null
          from kaquan.job_due d
          left join kaquan.template t on t.id = d.template_id
          left join kaquan.account a on a.id = d.account_id
         where d.due_at < 'infinity' and not exists (select from kaquan.job_pause p where p.kind = d.kind)
           and not exists (select from kaquan.job j where j.kind = d.kind and j.state in ('queued', 'running')
                             and j.account_id is not distinct from d.account_id
                             and j.template_id is not distinct from d.template_id)) x
  left join kaquan.schedule s on s.kind = x.kind and x.by_clock
 order by x.due_at nulls first, x.kind, x.object
 limit 50
