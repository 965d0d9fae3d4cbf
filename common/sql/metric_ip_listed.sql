-- What the last whitelist check of each host said.
select distinct on (a.key, w.host) a.key as account, w.host, (w.outcome = 'listed')::int as value
  from kaquan.whitelist_check w join kaquan.account a on a.id = w.account_id
 where w.outcome <> 'unknown' order by a.key, w.host, w.id desc
