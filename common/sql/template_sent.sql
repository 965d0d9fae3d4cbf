-- WeChat has the template: its card_id, and when to ask for the review.
with sent as (
  update kaquan.template
     set card_id = $2, status = 'waiting', wechat_status = null, refuse_reason = null,
         review_due_at = now() + kaquan.wx_scaled($3), updated_at = now(), version = version + 1
   where id = $1 and status = 'sending'
  returning id, body)
insert into kaquan.template_revision (template_id, revision, body)
select s.id, coalesce((select max(r.revision) from kaquan.template_revision r where r.template_id = s.id), 0) + 1, s.body from sent s
