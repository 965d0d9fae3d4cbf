-- All of the job $1. next_s: seconds to its next try or start (null: it has none).
select j.id, j.kind, coalesce(t.key, a.key, '') as object, j.state, j.attempts, j.lease_owner as host,
       j.progress_done as done, j.progress_total as total,
       round(j.progress_done / greatest(extract(epoch from coalesce(j.finished_at, clock_timestamp()) - j.started_at), 1), 1)
         as per_second,
       j.result, j.error_class, nullif(j.errcode, 0) as errcode, j.error_text, j.created_by, j.created_at, j.started_at,
       j.finished_at,
       case when j.state <> 'queued' then
            extract(epoch from coalesce(j.finished_at, clock_timestamp()) - j.started_at)::float8 end as took_s,
       case when j.state = 'queued' then greatest(0, extract(epoch from j.run_at - clock_timestamp()))::float8 end as next_s
  from kaquan.job j
  left join kaquan.template t on t.id = j.template_id
  left join kaquan.account a on a.id = j.account_id
 where j.id = $1::bigint
