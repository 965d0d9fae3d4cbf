-- What time is it at the server? Asked once when connecting.    -> now (Unix seconds)
select extract(epoch from clock_timestamp())::float8 as now
