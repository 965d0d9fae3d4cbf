-- WeChat's own figures of an account, the newest day first, at most $2; of the days from $3 to $4, null: open at that end.
select d.day, d.view_cnt, d.view_user, d.receive_cnt, d.receive_user, d.verify_cnt, d.verify_user, d.given_cnt, d.given_user,
       d.expire_cnt, d.expire_user
  from kaquan.stat_wechat_day d
 where d.account_id = $1 and d.day between coalesce($3::date, '-infinity') and coalesce($4::date, 'infinity')
 order by d.day desc limit $2
