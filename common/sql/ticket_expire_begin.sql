-- The moment as of which all tickets are looked at.    -> now (a text)
select clock_timestamp()::text as now
