-- How many tickets there are, as the last ANALYZE saw them.    -> tickets
select greatest(c.reltuples, 0)::bigint as tickets from pg_catalog.pg_class c where c.oid = 'kaquan.ticket'::regclass
