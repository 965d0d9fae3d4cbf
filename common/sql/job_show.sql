-- All of a job.
select j.id, j.kind, a.key as account, t.key as template, j.state, date_trunc('second', j.run_at) as run_at, j.attempts,
       j.lease_owner, j.progress_done, j.progress_total, j.result, j.error_class, j.error_text, j.created_by,
       date_trunc('second', j.created_at) as created_at, date_trunc('second', j.finished_at) as finished_at,
       jsonb_build_object('state', j.state, 'kind', j.kind, 'run_at', j.run_at)::text as record
  from kaquan.job j
  left join kaquan.account a on a.id = j.account_id
  left join kaquan.template t on t.id = j.template_id
 where j.id = $1
