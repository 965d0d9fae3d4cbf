-- The next pushes of an account behind the id $2 that nobody has read, oldest first.    -> id, payload
select e.id, e.payload from kaquan.wx_event e
 where e.account_id = $1 and e.state = 'new' and e.id > $2
 order by e.id limit $3 for update skip locked
