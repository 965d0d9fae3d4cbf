-- What waits for a second person, the oldest first.    -> id, person, command, arguments, reason, state
select r.id, r.person, r.noun || ' ' || r.verb as command,
       array_to_string(array(select jsonb_array_elements_text(r.params -> 'arguments')), ' ') as arguments, r.reason, r.state
  from kaquan.act_request r where r.state = 'waiting' order by r.id limit 50
