-- What WeChat says of card $1: our status $2 for its word $3, the reason of a refusal ($4; null: not told), said at $5 (Unix
-- seconds; null: now). What was said before the card was last sent or judged otherwise says nothing any more. While it says
-- "not yet" it is asked again after $6 seconds of WeChat's.    -> applied
with said as (select coalesce(to_timestamp($5::bigint), now()) as at)
update kaquan.template t
   set status = $2, wechat_status = $3, refuse_reason = case when $2 = 'refused' then coalesce($4, t.refuse_reason) end,
       review_due_at = case when $2 = 'waiting' then now() + kaquan.wx_scaled($6) end,
       reviewed_at = case when $2 in ('approved', 'refused') and t.status <> $2 then said.at else t.reviewed_at end,
       updated_at = now(), version = t.version + (t.status <> $2)::integer
  from said
 where t.card_id = $1 and t.status not in ('deleted', 'sending')
   and ($5::bigint is null or said.at >= date_trunc('second', greatest(t.submitted_at, case when t.status <> $2 then t.reviewed_at end, '-infinity')))
returning true as applied
