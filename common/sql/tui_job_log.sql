-- The last lines of the log of the job $1, in their order.    -> at, level, text
select x.at, x.level, x.text
  from (select l.at, l.level, l.text from kaquan.job_log l where l.job_id = $1::bigint order by l.at desc limit 500) x
 order by x.at
