-- How long the oldest job has been waiting that could run.
select coalesce(extract(epoch from now() - min(j.run_at)), 0) as value
  from kaquan.job j where j.state = 'queued' and j.run_at <= now()
