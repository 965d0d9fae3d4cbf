-- A reset that was never asked for: nothing reached WeChat.
delete from kaquan.quota_reset where id = $1
