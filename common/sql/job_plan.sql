-- Queues what is due, and says in how many seconds the next thing is: a state, a schedule, a queued job or a lease's end.
-- -> made, wait_s
with made as materialized (select kaquan.job_plan() as n)
select made.n as made,
       least(60, greatest(0, coalesce(extract(epoch from least(
         (select min(d.due_at) from kaquan.job_due d
           where d.due_at > now()),
         (select min(j.run_at) from kaquan.job j where j.state = 'queued'), -- two looks, for each has its index
         (select min(j.run_at) from kaquan.job j where j.state = 'failed' and j.run_at > now()),
         (select min(j.lease_until) from kaquan.job j where j.state = 'running')) - now()), 60)))::double precision as wait_s
  from made
