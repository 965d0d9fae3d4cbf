-- The settings of the database, as text.    -> one column for each, record
select s.margin, s.time_scale, s.timestamp_quoted, s.bucket, s.buckets, s.renew_window, s.keep_finished_jobs, s.quota_reserve,
       s.event_zone, s.second_person, s.keep_job_log, s.keep_checks, s.keep_events, s.keep_refused_scans,
       s.keep_kept_events, s.keep_bulk, s.keep_minutes, s.environment,
       (to_jsonb(s) - 'only_row')::text as record
  from kaquan.site s
