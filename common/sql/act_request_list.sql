-- Requests, newest first, at most $1.
select r.id, date_trunc('second', r.created_at) as created_at, r.person, r.noun || ' ' || r.verb as command,
       array_to_string(array(select jsonb_array_elements_text(r.params -> 'arguments')), ' ') as arguments, r.reason, r.state,
       r.ended_by, r.error_text
  from kaquan.act_request r order by r.id desc limit $1
