-- Asks the worker to call WeChat.    -> id
select kaquan.wechat_ask_add($1, $2, $3, $4, $5, $6) as id
