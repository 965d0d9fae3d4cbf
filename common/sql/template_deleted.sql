-- The template is no more: no card of it is handed out. WeChat's status is kept as it came, when it came.
update kaquan.template
   set status = 'deleted', wechat_status = coalesce($2, wechat_status), review_due_at = null, updated_at = now(), version = version + 1
 where id = $1 and status <> 'deleted'
