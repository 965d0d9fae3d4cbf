-- The newest jobs, or those in state $1; at most $2.
select j.id, j.kind, a.key as account, t.key as template, j.state, date_trunc('second', j.run_at) as run_at, j.attempts,
       case when j.progress_total > 0 then j.progress_done || '/' || j.progress_total
            when j.progress_done is not null then j.progress_done::text end as progress,
       coalesce(j.error_text, j.result) as what
  from kaquan.job j
  left join kaquan.account a on a.id = j.account_id
  left join kaquan.template t on t.id = j.template_id
 where $1::text is null or j.state = $1
 order by j.id desc limit $2
