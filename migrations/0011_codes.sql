-- Codes that somebody brings: imported for a template, then put on cards by its fills (code mode merchant) or deposited at
-- WeChat, which chooses among them (code mode deposit).

set local search_path = kaquan, pg_catalog, pg_temp;

create type code_trouble as enum ('rejected', 'conflict');

-- A row is a code. There are millions, so it holds the least: that a code is a ticket is known from the tickets, that it is
-- deposited from its part. Foreign keys would cost an import of a million codes as many look-ups.
create table code_stock (
  template_id integer not null,
  part integer,                                   -- the deposit it went with; null: not given to WeChat
  trouble code_trouble,                           -- not to be used: WeChat refused it, or had it although we never gave it
  code text collate "C" not null,
  primary key (template_id, code)
);

-- Where an import's codes wait to be judged all together; empty but during one.
create unlogged table code_import_line (
  line integer not null,
  code text collate "C" not null
) with (autovacuum_enabled = off);

-- Up to 100 codes that go to WeChat in one call, written down before it is made. Open until WeChat was seen to have them.
create table code_part (
  id integer generated always as identity primary key,
  template_id integer not null references template,
  codes text[] collate "C" not null,              -- those not confirmed yet
  confirmed integer not null default 0,           -- and how many are
  sends integer not null default 0,               -- calls of card/code/deposit begun with them
  recorded_at timestamptz not null default now(),
  confirmed_at timestamptz                        -- null: open
);
create index code_part_open on code_part (template_id, id) where confirmed_at is null;

-- What is left of a template's imported codes for fills, without counting: `free` were no tickets when the open fill was
-- made, each card drawn of it since takes one away.
create table code_level (
  template_id integer primary key references template,
  imported bigint not null,
  free bigint not null
);

-- Takes the codes that wait over as codes of the template, all of them. Null, and nothing is done, when one is there
-- already, or is a ticket: code_import_problems.sql says which. They go in by byte order, as the key wants them.
create function code_import(template_id integer) returns bigint
language plpgsql set search_path = pg_catalog, kaquan, pg_temp set work_mem = '64MB' as $$
declare
  taken bigint;
begin
  if exists (select from kaquan.code_import_line i
               join kaquan.ticket t on t.template_id = code_import.template_id and t.code = i.code) then
    return null;
  end if;
  insert into kaquan.code_stock (template_id, code)
    select code_import.template_id, i.code from kaquan.code_import_line i order by i.code;
  get diagnostics taken = row_count;
  insert into kaquan.code_level as l (template_id, imported, free)
    select t.id, taken, taken from kaquan.template t where t.id = code_import.template_id and t.code_mode = 'merchant'
    on conflict on constraint code_level_pkey do update set imported = l.imported + taken, free = l.free + taken;
  return taken;
exception when unique_violation then
  return null;
end $$;

-- Writes the next codes behind `after` down as up to `parts` parts of 100. The row locks keep two workers apart. Codes are read
-- off the key in their order, whatever the planner believes about a table that was filled a moment ago.
create function code_part_record(template_id integer, after text, parts integer) returns setof code_part
language sql set search_path = pg_catalog, kaquan, pg_temp set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off
  set jit = off as $$
  with next as (
    select s.code from kaquan.code_stock s
     where s.template_id = $1 and s.part is null and s.trouble is null and s.code > after
     order by s.code limit parts * 100 for update),
  cut as (select n.code, (row_number() over (order by n.code) - 1) / 100 as nth from next n),
  made as (
    insert into kaquan.code_part (template_id, codes, sends)
    select $1, array_agg(c.code order by c.code), 1 from cut c group by c.nth order by c.nth
    returning *),
  marked as (
    update kaquan.code_stock s set part = m.id from made m where s.template_id = $1 and s.code = any (m.codes))
  select * from made
$$;

-- The next codes behind `after` that are no tickets, in their order. As above, the planner has no choice: a page is read off the
-- key, and each of its codes looked up among the tickets.
create function code_page(template_id integer, after text, most bigint) returns setof text
language sql stable set search_path = pg_catalog, kaquan, pg_temp set enable_sort = off set enable_bitmapscan = off
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
  select s.code from kaquan.code_stock s
   where s.template_id = $1 and s.trouble is null and s.code > after
     and not exists (select from kaquan.ticket t where t.template_id = $1 and t.code = s.code)
   order by s.code limit most
$$;

-- Imported codes that are neither tickets nor on their way to be: null when the template makes its own.
create function codes_left(template_id integer) returns bigint
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
  select greatest(0, l.free - case when p.code_source = 'imported' then
           p.last_ordinal - p.first_ordinal + 1 - kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal) else 0 end)
    from kaquan.code_level l join kaquan.pool p on p.template_id = l.template_id
   where l.template_id = $1
$$;
alter function codes_left owner to kaquan_fn_work;

-- What is left of a template's stock; infinite when we do not limit it. Imported codes are a limit, too.
create or replace function stock_left(template_id integer, stock bigint) returns double precision
language sql stable set search_path = pg_catalog, kaquan, pg_temp as $$
  select least(case when stock is null then 'infinity'::double precision
                    else greatest(0, stock - kaquan.ticket_count(template_id)) end,
               kaquan.codes_left(template_id))
$$;

-- As before; and codes that were imported replace those of our own making at once.
create or replace view pool_need as
select s.*, case when s.fill is null then 'first fill'
                 when s.epoch < s.credential_epoch then 'rotation'
                 when p.code_source = 'generated' and l.template_id is not null then 'imported codes'
                 when s.ready < s.pool_low then 'low water'
                 else 'claim rate' end as reason
  from pool_status s
  join pool p on p.template_id = s.template_id
  left join code_level l on l.template_id = s.template_id
 where s.fillable and s.wanted > 0
   and (s.fill is null or s.epoch < s.credential_epoch
        or p.code_source = 'generated' and l.template_id is not null
        or s.ready < s.wanted / 2.0 and s.ready < greatest(s.pool_low, 5 * s.per_minute));

-- When the cards, the epoch and the stock of each pool end at the present rate of claims (null: not within a year), and the
-- one word for how it stands.
create view pool_forecast as
select s.*, t.code_mode, p.code_source, codes_left(s.template_id) as codes_left,
       concat_ws(' .. ', coalesce(date_trunc('minute', t.sale_from)::text, case when t.sale_until is not null then 'now' end),
                 date_trunc('minute', t.sale_until)) as sale,
       case when s.status <> 'approved' then 'not approved'
            when s.paused then 'paused'
            when clock_timestamp() < t.sale_from then 'before sale'
            when clock_timestamp() >= t.sale_until then 'after sale'
            when s.ready = 0 and s.stock_left = 0 then case when s.fill is null then 'no stock' else 'sold out' end
            when s.ready = 0 then 'empty'
            when s.ready < least(s.pool_low, s.wanted) then 'low'
            else 'open' end as state,
       case when s.ready < s.per_minute * 525600
            then clock_timestamp() + make_interval(mins => 1) * (s.ready / s.per_minute) end as empty_at,
       case when isfinite(s.usable_until) then s.usable_until end as epoch_ends_at,
       case when s.stock_left < s.per_minute * 525600
            then clock_timestamp() + make_interval(mins => 1) * (s.stock_left / s.per_minute) end as stock_ends_at
  from pool_status s
  join template t on t.id = s.template_id
  join pool p on p.template_id = s.template_id;

grant select on code_level, pool to kaquan_fn_work;
grant select, insert, update on code_stock, code_part, code_level to kaquan_worker;
grant select, insert, truncate on code_import_line to kaquan_worker;
grant select on pool_forecast to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant select on code_level to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
grant select (id, template_id, confirmed, sends, recorded_at, confirmed_at) on code_part
  to kaquan_operator, kaquan_auditor, kaquan_monitor;
grant execute on function code_import, code_part_record, code_page to kaquan_worker;
grant execute on function codes_left, stock_left to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
