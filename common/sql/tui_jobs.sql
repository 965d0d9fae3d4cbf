-- Which jobs were queued, the newest first, and how far are they? The conditions of a filter follow.
--   -> id, kind, object, state, attempts, done, total, per_second, age_s (below 0: begins then), error
select j.id, j.kind, coalesce(t.key, a.key, '') as object, j.state, j.attempts,
       j.progress_done as done, j.progress_total as total,
       case when j.state = 'running'
            then j.progress_done / greatest(extract(epoch from clock_timestamp() - j.started_at), 1)::float8 end as per_second,
       extract(epoch from clock_timestamp() - case when j.state = 'queued' then j.run_at
                                                   else coalesce(j.finished_at, j.started_at, j.created_at) end)::float8 as age_s,
       concat_ws(' ', j.error_class || ':', nullif(j.errcode, 0), j.error_text) as error, j.result
  from kaquan.job j
  left join kaquan.template t on t.id = j.template_id
  left join kaquan.account a on a.id = j.account_id
 where true
