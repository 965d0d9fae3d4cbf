-- A new value, if the lease is still ours. An api_ticket was born after the last answer that named its predecessor; when
-- that is not long ago its age is known. A predecessor that should have lived longer was revoked by WeChat, and one of
-- unknown age may be dead: `revoke`.    -> epoch, epoch_before, revoke, age_known
with old as (
    select c.*, c as stored, s.time_scale, to_timestamp($4) as started, c.epoch > 0 and c.sealed is not null as had_value
      from kaquan.credential c, kaquan.site s
      where c.account_id = $1 and c.kind = $2 and c.lease_fence = $3 and c.lease_owner is not null
      for update of c
), seen as (
    select o.*,
        extract(epoch from o.started - o.confirmed_at) * o.time_scale as unseen_s,
        extract(epoch from o.valid_until - o.started)::float8 * o.time_scale as lead_s
      from old o
), judged as (
    select s.*,
        s.kind = 'access_token'
          or (s.had_value and s.unseen_s <= case when kaquan.credential_budget_spare(s.stored) > 0
                                                 then 150 else 660 end) is true as born_known,
        s.kind = 'api_ticket' and s.had_value and s.lead_s > 0
          and (not s.age_known
               or s.lead_s > case when s.successor_lead_s is null then 1600 else greatest(s.successor_lead_s, 0) + 300 end) as revoke
      from seen s
), life as (
    select j.*,
        case when j.kind = 'access_token' then kaquan.wx_after(j.started, $5::float8 - 60)
             else least(kaquan.wx_after(case when j.born_known then j.confirmed_at else j.started end, 7200),
                        kaquan.wx_after(j.started, $5::float8)) end as new_valid_until,
        case when j.born_known and j.age_known and not j.revoke and j.kind = 'api_ticket' then j.lead_s
             else j.successor_lead_s end as new_lead_s
      from judged j
), ended as (
    update kaquan.credential_history h set ended_at = case when l.revoke then l.started else l.valid_until end
      from life l where (h.account_id, h.kind, h.epoch) = (l.account_id, l.kind, l.epoch) and h.ended_at is null
), begun as (
    insert into kaquan.credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)
      select l.account_id, l.kind, l.epoch + 1, $8, l.started, l.new_valid_until, l.born_known from life l
)
update kaquan.credential c set
    epoch = l.epoch + 1, sealed = $6, fingerprint = $8, first_seen_at = l.started, confirmed_at = l.started,
    key_id = (select k.key_id from kaquan.worker_key k where k.key_id = $7),
    fetched_at = l.started, valid_until = l.new_valid_until, age_known = l.born_known,
    successor_lead_s = l.new_lead_s, suspect_epoch = null, force_wanted = false,
    next_try_at = null, fail_streak = 0, breaker = 'closed', breaker_until = null,
    last_class = 'ok', last_errcode = 0, last_text = null, last_host = c.lease_owner,
    lease_owner = null, lease_until = null
  from life l where c.account_id = l.account_id and c.kind = l.kind
  returning c.epoch, l.epoch as epoch_before, l.revoke, c.age_known
