-- Where applied migrations are noted.
create table if not exists kaquan.schema_migration (
    name text primary key check (name ~ '^[0-9]{4}_[a-z0-9_]+\.sql$'),
    checksum text not null check (checksum ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null default now()
)
