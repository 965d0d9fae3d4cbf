-- A request.    -> state, person
select r.state, r.person from kaquan.act_request r where r.id = $1
