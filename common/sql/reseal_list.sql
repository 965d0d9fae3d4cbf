-- Values that are not sealed to the key $1, behind the place ($2, $3), in batches of 100.
select v."column", v.account_id, v.appid, v.epoch, v.sealed
  from kaquan.sealed_value v
 where v.key_id is distinct from $1 and (v."column", v.account_id) > ($2, $3)
 order by v."column", v.account_id limit 100
