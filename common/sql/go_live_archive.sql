-- The server's own archive of its log, as a backup tool leaves it.    -> archiving, failing, age_h (null: never)
select current_setting('archive_mode') <> 'off' as archiving,
       coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time is not null) as failing,
       extract(epoch from now() - a.last_archived_time)::float8 / 3600 as age_h
  from pg_catalog.pg_stat_archiver a
