-- How many values are not sealed to the key $1.    -> left
select count(*) as left from kaquan.sealed_value v where v.key_id is distinct from $1
