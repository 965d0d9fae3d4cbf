-- The database before an event day: the settings that the README recommends, standbys; values in {}.    -> name, state, found, cure
with s as (
    select max(p.setting) filter (where p.name = 'checkpoint_timeout')::bigint as checkpoint_s,
           max(p.setting) filter (where p.name = 'max_wal_size')::bigint as wal_mb,
           max(p.setting) filter (where p.name = 'wal_compression') as compression,
           max(p.setting) filter (where p.name = 'shared_buffers')::bigint * 8192 as buffers,
           max(p.setting) filter (where p.name = 'synchronous_standby_names') as standbys,
           pg_indexes_size('kaquan.ticket') as indexes, (select count(*) from pg_catalog.pg_stat_replication) as replicas
      from pg_catalog.pg_settings p
)
select v.name, case when v.good then 'ok' else 'warn' end as state, v.found, v.cure
  from s cross join lateral (values
    ('checkpoint_timeout', s.checkpoint_s >= 900, s.checkpoint_s / 60 || ' min', format('set checkpoint_timeout to 15 to 30 min')),
    ('max_wal_size', s.wal_mb >= 4096, s.wal_mb || ' MB', format('set max_wal_size to 4 GB or more, to match checkpoint_timeout')),
    ('wal_compression', s.compression in ('lz4', 'zstd'), s.compression, format('set wal_compression = lz4')),
    ('shared_buffers', s.buffers > s.indexes, format('{%s}, the tickets'' indexes have {%s}', pg_size_pretty(s.buffers), pg_size_pretty(s.indexes)),
     format('raise shared_buffers above the size of the ticket table''s indexes')),
    ('standby', s.replicas = 0 or s.standbys <> '',
     case when s.standbys = '' then format('{%s} connected, asynchronous', s.replicas) else format('{%s} connected, synchronous: {%s}', s.replicas, s.standbys) end,
     format('set synchronous_standby_names: an asynchronous standby can lose the last claims and hand their cards out again'))
  ) v (name, good, found, cure)
