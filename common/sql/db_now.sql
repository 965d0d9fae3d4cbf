-- The database's clock in Unix seconds: what cards are stamped with.
select extract(epoch from clock_timestamp())::bigint as now
