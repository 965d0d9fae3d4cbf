-- The epoch $3 of account $1, or, when that is null, the one that a card of moment $2 (Unix seconds) was signed in.
--    -> epoch, over, ended_at, revoked
select h.epoch, least(h.valid_until, h.ended_at, h.revoked_at) <= now() as over,
       date_trunc('second', least(h.valid_until, h.ended_at, h.revoked_at)) as ended_at, h.revoked_at is not null as revoked
  from kaquan.credential_history h
 where h.account_id = $1 and h.kind = 'api_ticket'
   and case when $3::bigint is null then h.first_seen_at < to_timestamp($2::bigint + 1) else h.epoch = $3 end
 order by h.epoch desc limit 1
