-- Does an account get no access_token because the day's calls for it are used up?    -> used_up
select c.last_class = 'quota' as used_up from kaquan.credential c where c.account_id = $1 and c.kind = 'access_token'
