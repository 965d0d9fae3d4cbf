-- All of a job; `parts` (JSON) as job_parts.sql has them, null for what is no deposit.
select j.id, j.kind, a.key as account, t.key as template, j.state, date_trunc('second', j.run_at) as run_at, j.attempts,
       j.lease_owner, j.progress_done, j.progress_total, j.result, j.error_class, j.error_text, j.created_by,
       date_trunc('second', j.created_at) as created_at, date_trunc('second', j.finished_at) as finished_at,
       (select json_agg(q) from (
          select p.part::text, p.state, p.codes_open as codes, p.confirmed, p.sends, date_trunc('second', p.sent_at) as sent_at,
                 p.errcode, p.said
            from kaquan.job_part p where p.job_id = j.id
           order by p.confirmed_at is not null, p.said is null, p.part desc limit 1000) q)::text as parts,
       jsonb_build_object('state', j.state, 'kind', j.kind, 'run_at', j.run_at)::text as record
  from kaquan.job j
  left join kaquan.account a on a.id = j.account_id
  left join kaquan.template t on t.id = j.template_id
 where j.id = $1
