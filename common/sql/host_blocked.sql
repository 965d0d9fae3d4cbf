-- Does WeChat refuse this host for an account just now?    -> blocked
select exists (select from kaquan.host_block b where b.account_id = $1 and b.host = $2 and b.until_at > now()) as blocked
