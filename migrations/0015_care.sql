-- What the worker keeps in order over the years: what is sealed, how long jobs took, how long things are kept.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Every sealed value there is, with the place that is sealed into it. A new sealed column is added here, and to
-- reseal.sql: then `key rotate` knows of it.
create view sealed_value as
  select 'secret' as "column", a.id as account_id, a.appid, 0::bigint as epoch, a.secret as sealed, a.secret_key_id as key_id
    from account a where a.secret is not null
  union all
  select c.kind, c.account_id, a.appid, c.epoch, c.sealed, c.key_id
    from credential c join account a on a.id = c.account_id where c.sealed is not null
  union all
  select 'aes_key', b.account_id, a.appid, 0, b.aes_key, b.key_id
    from account_callback b join account a on a.id = b.account_id;

grant select on sealed_value to kaquan_worker;

-- How long jobs took, as a histogram that never goes back: pruned jobs are counted here.
create table job_past (
  kind text not null,
  bucket double precision not null,               -- seconds at most; infinity is the last
  jobs bigint not null,
  seconds double precision not null,
  primary key (kind, bucket)
);

-- Without a SET these are put into the query that calls them, which calls them for every job.
create function job_bounds() returns double precision[]
language sql immutable begin atomic
  select array[0.1, 0.5, 1, 5, 10, 60, 300, 1800, 'infinity']::double precision[];
end;

-- The first bound that is not below. Times are whole microseconds: half of one off makes "less than" into "at most".
create function job_bucket(seconds double precision) returns double precision
language sql immutable begin atomic
  select (kaquan.job_bounds())[1 + pg_catalog.width_bucket(seconds - 0.0000005, kaquan.job_bounds())];
end;

-- A job that ended without having begun took no time.
create function job_seconds(started_at timestamptz, finished_at timestamptz) returns double precision
language sql immutable begin atomic
  select greatest(coalesce(extract(epoch from finished_at - started_at), 0), 0)::double precision;
end;

create function job_remember() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  insert into kaquan.job_past as p (kind, bucket, jobs, seconds)
    select g.kind, kaquan.job_bucket(g.seconds) as bucket, count(*), sum(g.seconds)
      from (select j.kind, kaquan.job_seconds(j.started_at, j.finished_at) as seconds
              from gone j where j.state in ('done', 'failed')) g
     group by g.kind, bucket
  on conflict (kind, bucket) do update set jobs = p.jobs + excluded.jobs, seconds = p.seconds + excluded.seconds;
  return null;
end $$;
create trigger job_remember after delete on job referencing old table as gone
  for each statement execute function job_remember();

grant select, insert, update on job_past to kaquan_worker;
grant select on job_past to kaquan_monitor;
grant execute on function job_bounds, job_bucket, job_seconds to kaquan_worker, kaquan_monitor;

-- --- what is kept how long ---

-- A push that nothing here was there for may find its code later, and an act on many tickets is looked up after an event.
alter table site
  add column keep_kept_events interval not null default '400 d' check (keep_kept_events >= interval '1 d'),
  add column keep_bulk interval not null default '400 d' check (keep_bulk >= interval '1 d');

create index wx_event_received on wx_event using brin (received_at); -- old ones are found without reading all
grant delete on bulk, bulk_item to kaquan_worker;
