-- WeChat refuses this host's address for an account: others take over for $4 of WeChat's seconds.
insert into kaquan.host_block (account_id, host, errcode, address, until_at)
  values ($1, $2, $3, $5, kaquan.wx_after(now(), $4))
  on conflict (account_id, host) do update
    set errcode = excluded.errcode, address = coalesce(excluded.address, host_block.address), until_at = excluded.until_at
