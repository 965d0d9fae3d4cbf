-- Lets a kind of jobs that rests go on, and tells the workers.    -> record: the pause as it was; no row: it does not rest
with gone as (delete from kaquan.job_pause p where p.kind = $1 returning p.*)
select to_jsonb(g)::text as record, pg_notify('kaquan_job', g.kind) from gone g
