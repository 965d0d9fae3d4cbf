-- Where an account's API is, unless it is WeChat's own.
update kaquan.account set api_base = $2 where id = $1 and api_base <> $2
