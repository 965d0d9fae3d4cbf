-- Who confirmed item $1 of each account, and when.    -> account, person, days (null: nobody)
select a.key as account, i.person, extract(epoch from now() - i.confirmed_at)::float8 / 86400 as days
  from kaquan.account a left join kaquan.go_live_item i on i.account_id = a.id and i.item = $1
 where a.enabled order by a.key
