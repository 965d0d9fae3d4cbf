-- WeChat has what body $2 says: a revision, unless the last one is the same. $3: it goes to review again, asked for after
-- $4 of WeChat's seconds.
with kept as (
  insert into kaquan.template_revision (template_id, revision, body)
  select $1, coalesce(max(r.revision), 0) + 1, $2::jsonb
    from kaquan.template_revision r where r.template_id = $1
  having (array_agg(r.body order by r.revision desc))[1] is distinct from $2::jsonb)
update kaquan.template t
   set status = 'waiting', wechat_status = null, refuse_reason = null, submitted_at = now(),
       review_due_at = now() + kaquan.wx_scaled($4), updated_at = now(), version = version + 1
 where t.id = $1 and $3 and t.status <> 'deleted'
