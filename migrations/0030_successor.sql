-- Also on a day that has little left to spend, a successor that comes early is asked for each minute, from a minute before it can be
-- there on: as many questions as every two minutes from earlier on, and it is there a minute sooner.

set local search_path = kaquan, pg_catalog, pg_temp;

do $each_minute$
declare
  was text := pg_get_functiondef('kaquan.api_ticket_due_at'::regproc);
  line text := 'case when pace = ''often'' and c.successor_lead_s between 30 and 420 then 60';
begin
  if position(line in was) = 0 then
    raise exception 'api_ticket_due_at() is not as it is expected';
  end if;
  execute replace(was, line, 'case when pace <> ''least'' and c.successor_lead_s between 30 and 420 then 60');
end $each_minute$;
