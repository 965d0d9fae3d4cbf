-- WeChat did not take the template: it is a draft again, with the reason.
update kaquan.template set status = 'draft', refuse_reason = $2, updated_at = now(), version = version + 1
 where id = $1 and status = 'sending'
