-- WeChat said an interface's daily limit ($3; 0: it has none) and how much of it is used ($4).
select kaquan.api_limit_learn($1, $2, $3, $4)
