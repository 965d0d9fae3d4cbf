-- How many tickets there are, as the last ANALYZE saw them.    -> matches (null: not counted), tickets
select null::bigint as matches, greatest(c.reltuples, 0)::bigint as tickets from pg_catalog.pg_class c where c.oid = 'kaquan.ticket'::regclass
