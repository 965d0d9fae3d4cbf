-- What `run` would do now: jobs that wait, and what is due by its state or schedule; $1: of one kind only.
-- -> kind, account, template, since, what
select x.kind, a.key as account, t.key as template, date_trunc('second', x.since) as since,
       case when x.kind = 'pool_fill' then n.reason || ': sign ' || n.wanted || ' cards in epoch ' || n.credential_epoch
            when x.queued then 'queued' else 'due' end as what
  from (select j.kind, j.account_id, j.template_id, j.run_at as since, true as queued
          from kaquan.job j where j.state = 'queued' and j.run_at <= now()
        union all
        select d.kind, d.account_id, d.template_id, d.due_at, false
          from kaquan.job_due d
         where d.due_at <= now() and not exists (select from kaquan.job_pause p where p.kind = d.kind)
           and not exists (select from kaquan.job j where j.kind = d.kind and j.state in ('queued', 'running')
                             and j.account_id is not distinct from d.account_id
                             and j.template_id is not distinct from d.template_id)) x
  left join kaquan.account a on a.id = x.account_id
  left join kaquan.template t on t.id = x.template_id
  left join kaquan.pool_need n on n.template_id = x.template_id and x.kind = 'pool_fill'
 where $1::text is null or x.kind = $1
 order by x.since, x.kind, a.key, t.key
