-- Forgets acts on many tickets, with their results, so long after they ended as site.keep_bulk says; one at a time, asked again
-- until none is left.
with old as (
  select b.id from kaquan.bulk b, kaquan.site s where b.finished_at < now() - s.keep_bulk limit 1
), items as (
  delete from kaquan.bulk_item i using old where i.bulk_id = old.id
)
delete from kaquan.bulk b using old where b.id = old.id
