-- The indexes by time know whole ranges of blocks; what was added since the last summary is read row by row by whoever looks
-- for a time. Autovacuum makes it up within a minute or so, which at a thousand claims a second is much to read for a page.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Summarises what was added to the tables with an index by time. One whose lock a vacuum holds is left out: waiting would end
-- the vacuum, and it summarises as well. Returns how many ranges.
create function time_summarize() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  i record;
  ranges integer := 0;
begin
  for i in select x.indexrelid::regclass as name, x.indrelid::regclass as of from pg_index x
             join pg_class c on c.oid = x.indexrelid
             join pg_am a on a.oid = c.relam and a.amname = 'brin'
            where c.relnamespace = 'kaquan'::regnamespace
            order by c.relname loop
    begin
      execute format('lock table %s in share update exclusive mode nowait', i.of);
      ranges := ranges + brin_summarize_new_values(i.name);
    exception when lock_not_available then null;
    end;
  end loop;
  return ranges;
end $$;
grant execute on function time_summarize to kaquan_worker;
