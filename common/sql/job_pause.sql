-- Lets a kind of jobs rest ($2: the person, $3: why), and cancels those of it that wait: what they were for is planned again when
-- the kind goes on.    -> cancelled; no row: it rests already
with rests as (
  insert into kaquan.job_pause (kind, person, reason) values ($1, $2, $3) on conflict do nothing returning 1),
gone as (
  update kaquan.job j set state = 'cancelled', finished_at = clock_timestamp()
   where j.kind = $1 and j.state = 'queued' and exists (select from rests)
  returning 1)
select (select count(*) from gone) as cancelled from rests
