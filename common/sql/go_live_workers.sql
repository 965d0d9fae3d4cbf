-- The workers before an event day: each host's last beat and clock; values in {}.    -> name, state, found, cure
select 'workers' as name, case when count(*) = 0 then 'fail' else 'ok' end as state, format('{%s} hosts beat within 10 min', count(*)) as found,
       format('start kaquan-worker: cron entry or service') as cure
  from (select distinct h.host from kaquan.worker_heartbeat h where h.beat_at > now() - interval '10 min') live
union all
select 'worker on ' || h.host,
       case when abs(h.clock_offset_s) > 60 then 'fail'
            when abs(h.clock_offset_s) > 5 or h.beat_at < now() - interval '150 s' then 'warn' else 'ok' end,
       format('last beat {%s} ago, clock {%s} s from the database''s', date_trunc('second', now() - h.beat_at), round(h.clock_offset_s::numeric, 1)),
       case when abs(h.clock_offset_s) > 5 then format('set its clock: install chrony or systemd-timesyncd') else format('look whether it still runs') end
  from (select distinct on (h.host) h.* from kaquan.worker_heartbeat h where h.beat_at > now() - interval '1 h'
         order by h.host, h.beat_at desc) h
