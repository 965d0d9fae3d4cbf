-- This migration is in the database now.
insert into kaquan.schema_migration (name, checksum) values ($1, $2)
