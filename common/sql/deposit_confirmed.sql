-- WeChat has all codes of these parts ($1: their ids, as {1,2}).
update kaquan.code_part
   set confirmed = confirmed + cardinality(codes), codes = '{}', confirmed_at = clock_timestamp(), errcode = null, said = null
 where id = any ($1::integer[]) and confirmed_at is null
