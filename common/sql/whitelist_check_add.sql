-- What WeChat said about this host's address; the same again is not noted.
insert into kaquan.whitelist_check (account_id, host, address, outcome, errcode, text)
  select $1, $2, $3, $4, $5, $6
  where not exists (
    select from (select w.outcome, w.address from kaquan.whitelist_check w
                   where w.account_id = $1 and w.host = $2 order by w.id desc limit 1) last
      where last.outcome = $4 and $4 = 'listed')
