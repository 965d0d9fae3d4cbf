-- Forgets questions to WeChat, and answers, that nobody waits for any more.
delete from kaquan.wechat_ask where asked_at < now() - interval '5 minutes'
