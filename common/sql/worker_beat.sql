-- This worker is alive; rows of dead ones are taken away by prune.
insert into kaquan.worker_heartbeat as h (host, pid, version, mode, clock_offset_s)
values ($1, $2, $3, $4, $5)
on conflict (host, pid) do update set beat_at = now(), version = excluded.version, mode = excluded.mode,
                                      clock_offset_s = excluded.clock_offset_s
