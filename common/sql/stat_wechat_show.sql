-- WeChat's own figures of an account, the newest day first, at most $2.
select d.day, d.view_cnt, d.view_user, d.receive_cnt, d.receive_user, d.verify_cnt, d.verify_user, d.given_cnt, d.given_user,
       d.expire_cnt, d.expire_user
  from kaquan.stat_wechat_day d where d.account_id = $1 order by d.day desc limit $2
