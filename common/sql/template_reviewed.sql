-- What WeChat says of a template; while it says "not yet" it is asked again after $4 seconds of WeChat's.
update kaquan.template
   set status = $2, wechat_status = $3, review_due_at = case when $2 = 'waiting' then now() + kaquan.wx_scaled($4) end,
       reviewed_at = case when $2 = 'waiting' then reviewed_at else now() end, updated_at = now(), version = version + 1
 where id = $1 and status = 'waiting'
