-- Lets the worker read pushes again: one by its id, or those of an account in a state.    -> events
select kaquan.event_replay($1, $2, $3) as events
