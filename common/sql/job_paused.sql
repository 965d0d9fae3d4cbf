-- Kinds of jobs that rest, by whom, since when and why.    -> kind, person, since_s, reason
select p.kind, p.person, extract(epoch from now() - p.paused_at)::float8 as since_s, p.reason
  from kaquan.job_pause p order by p.kind
