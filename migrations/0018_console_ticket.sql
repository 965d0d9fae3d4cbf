-- What the console's tickets need: where their list ends, and which ticket a row of it is.

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

-- The ticket that a row of the console's list names: "TEMPLATE CODE", also a code that it had, or "TEMPLATE (REQUEST)".
create function ticket_of_row(name text) returns table (request_id text, template_id integer)
language sql stable rows 1 set search_path = pg_catalog, pg_temp as $$
  with row as (select tp.id, substr($1, strpos($1, ' ') + 1) as rest from kaquan.template tp where tp.key = split_part($1, ' ', 1))
  select t.request_id, t.template_id::integer from row r join kaquan.ticket t on t.code = r.rest and t.template_id = r.id
  union all
  select p.request_id, p.template_id from row r join kaquan.ticket_past_code p on p.code = r.rest and p.template_id = r.id
  union all
  select t.request_id, t.template_id from row r join kaquan.ticket t on t.request_id = substr(r.rest, 2, length(r.rest) - 2) and t.template_id = r.id
   where r.rest like '(%)'
  limit 1
$$;
grant execute on function ticket_of_row to kaquan_worker;

-- What happened to a ticket, scans included. Its order: by seconds, as WeChat tells them, and within one by rank.
create function ticket_history(request_id text, template_id integer)
  returns table (at timestamptz, code text, kind text, detail jsonb, rank integer)
language sql stable rows 10 set search_path = pg_catalog, pg_temp as $$
  select s.at, s.code, s.kind, s.detail, case when s.kind = 'claimed' then -1 else coalesce(st.rank, 9) end
    from (
      select t.claimed_at as at, null::text as code, 'claimed' as kind, '{}'::jsonb as detail
        from kaquan.ticket t where t.request_id = $1 and t.template_id = $2
      union all
      select e.at, e.detail ->> 'code', e.kind, e.detail
        from kaquan.ticket_event e where e.request_id = $1 and e.template_id = $2
      union all
      select c.at, c.code, 'gate_' || c.verdict, jsonb_strip_nulls(jsonb_build_object('gate', c.gate, 'scan_id', c.scan_id,
             'entries', c.entries, 'against', c.conflict, 'annulled', nullif(c.annulled, false)))
        from kaquan.ticket_scan c where c.request_id = $1 and c.template_id = $2) s
    left join kaquan.ticket_step st on st.kind = s.kind
$$;
grant execute on function ticket_history to kaquan_worker;
