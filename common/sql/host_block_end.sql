-- This host got through to WeChat.    -> hits
delete from kaquan.host_block where account_id = $1 and host = $2
