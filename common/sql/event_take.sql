-- The next pushes of an account that nobody has read, oldest first.    -> id, payload
select e.id, e.payload from kaquan.wx_event e
 where e.account_id = $1 and e.state = 'new'
 order by e.id limit $2 for update skip locked
