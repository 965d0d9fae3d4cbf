-- Values that are not sealed to the key $1, behind the one that is kept at ($2, $3), in batches of 100.
select v.kept, v.id, v."column", v.appid, v.epoch, v.sealed
  from kaquan.sealed_value v
 where v.key_id is distinct from $1 and (v.kept, v.id) > ($2, $3)
 order by v.kept, v.id limit 100
