-- The last tokens and api_tickets of an account, $1, newest first.
--   -> kind, epoch, first_seen_at, lived_s, age_known, fate (alive, ended, revoked), reason
select h.kind, h.epoch, h.first_seen_at,
       extract(epoch from least(coalesce(h.revoked_at, h.ended_at, h.valid_until), now()) - h.first_seen_at)::float8 as lived_s,
       h.age_known, case when h.revoked_at is not null then 'revoked' when coalesce(h.ended_at, h.valid_until) <= now() then 'ended'
                         else 'alive' end as fate, h.revoke_reason as reason
  from kaquan.credential_history h join kaquan.account a on a.id = h.account_id and a.key = $1
 order by h.first_seen_at desc limit 50
