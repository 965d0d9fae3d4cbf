-- Which jobs were queued lately, the newest first, and how far are they?
--   -> id, kind, object, state, attempts, done, total, age_s (below 0: begins then), error
select j.id, j.kind, coalesce(t.key, a.key, '') as object, j.state, j.attempts,
       j.progress_done as done, j.progress_total as total,
       extract(epoch from clock_timestamp() - case when j.state = 'queued' then j.run_at
                                                   else coalesce(j.finished_at, j.started_at, j.created_at) end)::float8 as age_s,
       concat_ws(' ', nullif(j.errcode, 0), coalesce(j.error_text, j.error_class)) as error
  from kaquan.job j
  left join kaquan.template t on t.id = j.template_id
  left join kaquan.account a on a.id = j.account_id
 order by j.id desc
 limit 200
