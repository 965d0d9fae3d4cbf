-- Gives an act up.    -> no row when there is none, or it is over
update kaquan.bulk set cancelled_at = now()
 where id = $1 and cancelled_at is null and finished_at is null
returning id
