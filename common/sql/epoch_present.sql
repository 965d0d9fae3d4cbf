-- The present epoch of an account, and whether it was revoked.    -> epoch, revoked
select h.epoch, h.revoked_at is not null as revoked
  from kaquan.credential_history h
 where h.account_id = $1 and h.kind = 'api_ticket' order by h.epoch desc limit 1
