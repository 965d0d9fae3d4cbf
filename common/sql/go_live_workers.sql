-- The workers before an event day: each host's last beat and clock.    -> name, state, found, cure
select 'workers' as name, case when count(*) = 0 then 'fail' else 'ok' end as state, count(*) || ' hosts beat within 10 min' as found,
       'start kaquan-worker: cron entry or service' as cure
  from (select distinct h.host from kaquan.worker_heartbeat h where h.beat_at > now() - interval '10 min') live
union all
select 'worker on ' || h.host,
       case when abs(h.clock_offset_s) > 60 then 'fail'
            when abs(h.clock_offset_s) > 5 or h.beat_at < now() - interval '150 s' then 'warn' else 'ok' end,
       'last beat ' || date_trunc('second', now() - h.beat_at) || ' ago, clock ' || round(h.clock_offset_s::numeric, 1) || ' s from the database''s',
       case when abs(h.clock_offset_s) > 5 then 'set its clock: install chrony or systemd-timesyncd' else 'look whether it still runs' end
  from (select distinct on (h.host) h.* from kaquan.worker_heartbeat h where h.beat_at > now() - interval '1 h'
         order by h.host, h.beat_at desc) h
