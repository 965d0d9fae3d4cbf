-- Tells login_make the login and its group, which a DO block cannot take as parameters.
select set_config('kaquan.login', $1, true), set_config('kaquan.group', $2, true)
