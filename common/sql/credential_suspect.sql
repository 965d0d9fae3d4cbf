-- WeChat rejected the value of this epoch ($3; null: whatever is stored). A newer one is not touched.    -> hits
update kaquan.credential set suspect_epoch = epoch
  where account_id = $1 and kind = $2 and epoch = coalesce($3, epoch) and epoch > 0
