-- Every address that WeChat saw of every host, newest first; $1: of the account with this key only.
select a.key as account, e.host, e.address, date_trunc('second', e.first_seen_at) as first_seen_at,
       date_trunc('second', e.last_seen_at) as last_seen_at, e.times, e.errcode,
       date_trunc('second', e.accepted_at) as accepted_at,
       exists (select from kaquan.host_block b where b.account_id = e.account_id and b.host = e.host
                  and b.until_at > now() and b.address = e.address) as refused_now
  from kaquan.egress_address e join kaquan.account a on a.id = e.account_id
 where $1::text is null or a.key = $1
 order by e.last_seen_at desc, a.key, e.host
