-- Gives up what is still open of an act.    -> cancelled
with i as (
  update kaquan.bulk_item set state = 'cancelled', ended_at = now() where bulk_id = $1 and state = 'waiting' returning 1)
update kaquan.bulk set finished_at = now() where id = $1 and finished_at is null
returning (select count(*) from i) as cancelled
