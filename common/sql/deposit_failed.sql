-- A part's call was not carried out: WeChat's errcode ($2, or null) and what was said.
update kaquan.code_part set errcode = $2, said = $3 where id = $1
