-- Lets the worker read pushes again: one by its id, or those of an account in a state. An erased one has nothing to read; the
-- identity of a repeat is another's until it is read.
update kaquan.wx_event e set state = 'new', identity = case when e.state <> 'repeat' then e.identity end
 where e.state <> 'new' and e.payload <> ''
   and ($1::bigint is null or e.id = $1)
   and ($2::bigint is null or e.account_id = $2 and e.state = $3)
