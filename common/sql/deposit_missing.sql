-- Of the codes of a part WeChat lacks these ($2: a JSON array).
update kaquan.code_part p set confirmed = p.confirmed + cardinality(p.codes) - json_array_length($2::json),
       codes = array(select json_array_elements_text($2::json))
 where p.id = $1 and p.confirmed_at is null
