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

create function job_buckets() returns setof double precision
language sql immutable set search_path = pg_catalog, kaquan, pg_temp as
$$ select unnest(array[0.1, 0.5, 1, 5, 10, 60, 300, 1800, 'infinity']::double precision[]) $$;

create function job_bucket(seconds double precision) returns double precision
language sql immutable set search_path = pg_catalog, kaquan, pg_temp as
$$ select min(b.bound) from kaquan.job_buckets() b (bound) where b.bound >= seconds $$;

-- A job that ended without having begun took no time.
create function job_seconds(started_at timestamptz, finished_at timestamptz) returns double precision
language sql immutable set search_path = pg_catalog, kaquan, pg_temp as
$$ select greatest(coalesce(extract(epoch from finished_at - started_at), 0), 0)::double precision $$;

create function job_remember() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  insert into kaquan.job_past as p (kind, bucket, jobs, seconds)
    select g.kind, kaquan.job_bucket(t.seconds), count(*), sum(t.seconds)
      from gone g, kaquan.job_seconds(g.started_at, g.finished_at) t (seconds) where g.state in ('done', 'failed')
     group by g.kind, kaquan.job_bucket(t.seconds)
  on conflict (kind, bucket) do update set jobs = p.jobs + excluded.jobs, seconds = p.seconds + excluded.seconds;
  return null;
end $$;
create trigger job_remember after delete on job referencing old table as gone
  for each statement execute function job_remember();

grant select, insert, update on job_past to kaquan_worker;
grant select on job_past to kaquan_monitor;
grant execute on function job_buckets, job_bucket, job_seconds to kaquan_worker, kaquan_monitor;
