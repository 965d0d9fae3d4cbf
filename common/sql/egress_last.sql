-- The address that WeChat last saw of a host, for an account.    -> address
select e.address from kaquan.egress_address e where e.account_id = $1 and e.host = $2 order by e.last_seen_at desc limit 1
