-- The sealed input of a request.    -> sealed
select r.sealed from kaquan.act_request r where r.id = $1
