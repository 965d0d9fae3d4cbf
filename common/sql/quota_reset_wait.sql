-- Nothing of a reset reached WeChat: it waits again.
update kaquan.quota_reset set sent_at = null where id = $1
