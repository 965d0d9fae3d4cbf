-- What reading an account's pushes needs.    -> appid, original_id, aes_key (sealed; null: none)
select a.appid, coalesce(a.original_id, '') as original_id, c.aes_key
  from kaquan.account a left join kaquan.account_callback c on c.account_id = a.id
 where a.id = $1
