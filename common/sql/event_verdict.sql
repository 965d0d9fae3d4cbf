-- What pushes among these ($1) say of templates in review: the last word of each; older than the last submission counts
-- for nothing. WeChat's clock may be some seconds off ours.
with verdict as (
  select distinct on (e.template_id) e.template_id, e.happened_at,
         case e.kind when 'card_pass_check' then 'approved' else 'refused' end as status,
         case e.kind when 'card_pass_check' then 'CARD_STATUS_VERIFY_OK' else 'CARD_STATUS_VERIFY_FAIL' end as wechat_status,
         case e.kind when 'card_not_pass_check' then e.detail ->> 'RefuseReason' end as reason
    from kaquan.wx_event e
   where e.id = any ($1::bigint[]) and e.state = 'applied' and e.kind in ('card_pass_check', 'card_not_pass_check')
   order by e.template_id, e.happened_at desc, e.kind desc)
update kaquan.template t
   set status = v.status, wechat_status = v.wechat_status, refuse_reason = v.reason, review_due_at = null,
       reviewed_at = v.happened_at, updated_at = now(), version = t.version + 1
  from verdict v
 where t.id = v.template_id and (t.status = 'waiting' or t.status = v.status and t.refuse_reason is distinct from v.reason)
   and v.happened_at >= t.submitted_at - interval '10 s'
