-- An account's sealed AppSecret.    -> secret
select a.secret from kaquan.account a where a.id = $1
