-- The parts that a deposit had in hand, $2 of all (total): those that fail and wait first, then the newest.
--   -> total, part, state, codes (that WeChat was not seen to have), confirmed, sends, sent_at, errcode, said
select count(*) over () as total, p.part, p.state, p.codes_open as codes, p.confirmed, p.sends, date_trunc('second', p.sent_at) as sent_at, p.errcode, p.said
  from kaquan.job_part p
 where p.job_id = $1::bigint
 order by p.confirmed_at is not null, p.said is null, p.part desc limit $2::bigint
