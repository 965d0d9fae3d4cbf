-- A new value, if the lease is still ours. An api_ticket was born between the last question whose answer named its
-- predecessor and now, after the answer. When that is at most 300 s its age is known, and its life counts from the first
-- moment it can have been born. A predecessor that should have lived longer was revoked by WeChat, and one of unknown age
-- may be dead: `revoke`; but one that must still live keeps its cards until its first possible end. Its tickets are signed
-- again after the fill, as after each rotation.
-- -> epoch, epoch_before, revoke, age_known
with old as (
    select c.*, s.time_scale, to_timestamp($4) as started, c.kind = 'api_ticket' as is_ticket,
        c.kind = 'api_ticket' and c.epoch > 0 and c.sealed is not null as had_ticket
      from kaquan.credential c, kaquan.site s
      where c.account_id = $1 and c.kind = $2 and c.lease_fence = $3 and c.lease_owner is not null
      for update of c
), counted as (
    select o.*,
        case when o.had_ticket then extract(epoch from now() - o.confirmed_at)::float8 * o.time_scale end as since_s,
        o.valid_until - case when o.age_known then 0 else coalesce(o.age_slack_s, 0) end * kaquan.wx_scaled(1) as ends_from
      from old o
), seen as (
    select o.*, l.lead_s,
        -- With fixed windows it was not born before its predecessor's end, even if nobody asked for long.
        case when o.age_known and o.successor_lead_s + o.successor_slack_s <= 30 and l.lead_s <= 0
             then least(o.since_s, -l.lead_s) else o.since_s end as unseen_s
      from counted o, lateral (select extract(epoch from o.ends_from - now())::float8 * o.time_scale as lead_s) l
), judged as (
    select s.*,
        not s.is_ticket or s.unseen_s <= 300 is true as born_known,
        s.had_ticket and s.valid_until > s.started
          and (not s.age_known and (s.age_slack_s > 0 and s.lead_s > 0) is not true
               or s.lead_s > case when s.successor_lead_s is null then 1600
                                  else greatest(s.successor_lead_s, 0) + s.successor_slack_s + 300 end) as revoke,
        s.had_ticket and s.unseen_s <= 1200 and s.age_slack_s <= 1200 and s.lead_s < 1600 as tells_lead
      from seen s
), life as (
    select j.*,
        case when not j.is_ticket then kaquan.wx_after(j.started, $5::float8 - 60)
             else least(case when j.born_known then kaquan.wx_after(now(), 7200 - j.unseen_s)
                             else kaquan.wx_after(j.started, 7200) end,
                        kaquan.wx_after(j.started, $5::float8)) end as new_valid_until,
        case when j.tells_lead then j.lead_s else j.successor_lead_s end as new_lead_s,
        case when j.tells_lead then j.age_slack_s + j.unseen_s else j.successor_slack_s end as new_lead_slack_s,
        case when j.unseen_s <= 1200 then j.unseen_s end as new_slack_s
      from judged j
), ended as (
    update kaquan.credential_history h set valid_until = l.ends_from,
        ended_at = case when l.revoke then l.started else l.ends_from end
      from life l where (h.account_id, h.kind, h.epoch) = (l.account_id, l.kind, l.epoch) and h.ended_at is null
), begun as (
    insert into kaquan.credential_history (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)
      select l.account_id, l.kind, l.epoch + 1, $8, l.started, l.new_valid_until, l.born_known from life l
)
update kaquan.credential c set
    epoch = l.epoch + 1, sealed = $6, fingerprint = $8, first_seen_at = l.started, confirmed_at = l.started,
    key_id = (select k.key_id from kaquan.worker_key k where k.key_id = $7),
    fetched_at = l.started, valid_until = l.new_valid_until, age_known = l.born_known,
    successor_lead_s = l.new_lead_s, successor_slack_s = l.new_lead_slack_s, age_slack_s = l.new_slack_s,
    suspect_epoch = null, force_wanted = false,
    next_try_at = null, fail_streak = 0, breaker = 'closed', breaker_until = null,
    last_class = 'ok', last_errcode = 0, last_text = null, last_host = c.lease_owner,
    lease_owner = null, lease_until = null
  from life l where c.account_id = l.account_id and c.kind = l.kind
  returning c.epoch, l.epoch as epoch_before, l.revoke, c.age_known
