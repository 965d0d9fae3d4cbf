-- Only one migrator at a time; ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('kaquan.schema_migration', 0))
