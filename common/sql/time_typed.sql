-- A moment as people type it, in the event's zone.    -> at (Unix seconds)
select extract(epoch from kaquan.typed_time($1))::bigint as at
