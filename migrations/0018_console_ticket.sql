-- What the console's tickets need: where their list ends, which ticket a row of it is, and a record of who looked at one.

set local search_path = kaquan, pg_catalog, pg_temp;

-- No ticket is older; at most a minute before the oldest. An index that sorts would cost every claim; the one that there is
-- tells whether anything is older than a time, and halving finds the rest.
create function ticket_oldest() returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  low timestamptz := '2010-01-01';
  high timestamptz := now();
  middle timestamptz;
begin
  while high - low > interval '1 min' loop
    middle := low + (high - low) / 2;
    if exists (select from kaquan.ticket t where t.claimed_at <= middle) then
      high := middle;
    else
      low := middle;
    end if;
  end loop;
  return low;
end $$;
grant execute on function ticket_oldest to kaquan_worker;
