-- Sets the setting named $1; the others stay as they are.    -> record
update kaquan.site s set
  margin = case $1::text when 'margin' then $2::text::interval else s.margin end,
  time_scale = case $1 when 'time_scale' then $2::text::double precision else s.time_scale end,
  timestamp_quoted = case $1 when 'timestamp_quoted' then $2::text::boolean else s.timestamp_quoted end,
  bucket = case $1 when 'bucket' then $2::text::integer else s.bucket end,
  buckets = case $1 when 'buckets' then $2::text::integer else s.buckets end,
  renew_window = case $1 when 'renew_window' then $2::text::interval else s.renew_window end,
  second_person = case $1 when 'second_person' then $2::text::boolean else s.second_person end,
  keep_job_log = case $1 when 'keep_job_log' then $2::text::interval else s.keep_job_log end,
  keep_checks = case $1 when 'keep_checks' then $2::text::interval else s.keep_checks end,
  keep_events = case $1 when 'keep_events' then $2::text::interval else s.keep_events end,
  keep_kept_events = case $1 when 'keep_kept_events' then $2::text::interval else s.keep_kept_events end,
  keep_bulk = case $1 when 'keep_bulk' then $2::text::interval else s.keep_bulk end,
  keep_refused_scans = case $1 when 'keep_refused_scans' then $2::text::interval else s.keep_refused_scans end,
  keep_minutes = case $1 when 'keep_minutes' then $2::text::interval else s.keep_minutes end,
  environment = case $1 when 'environment' then $2::text else s.environment end,
  event_zone = case $1 when 'event_zone' then $2::text else s.event_zone end,
  keep_finished_jobs = case $1 when 'keep_finished_jobs' then $2::text::interval else s.keep_finished_jobs end,
  quota_reserve = case $1 when 'quota_reserve' then $2::text::integer else s.quota_reserve end
returning (to_jsonb(s) - 'only_row')::text as record
