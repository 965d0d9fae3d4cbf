-- Everybody who runs a program of ours compares it with the schema.
grant select on kaquan.schema_migration to kaquan_migrator, kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor
