-- Which migrations does this database have?    -> name, checksum
select name, checksum from kaquan.schema_migration order by name collate "C"
