-- Tells backend_login_make the name, which a DO block cannot take as a parameter.
select set_config('kaquan.login', $1, true)
