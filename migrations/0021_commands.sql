-- The command line.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Tickets are named by codes and request ids; persons are asked for as such, by tickets_of().
create or replace function tickets_named(name text) returns table (request_id text, template_id integer)
language sql stable rows 10 set search_path = pg_catalog, pg_temp as $$
  select t.request_id, t.template_id from kaquan.ticket t where t.code = $1
  union select p.request_id, p.template_id from kaquan.ticket_past_code p where p.code = $1
  union select t.request_id, t.template_id from kaquan.ticket t where t.request_id = $1
$$;
