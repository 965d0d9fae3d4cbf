-- Stores WeChat's figures of days, a JSON list as it came.
insert into kaquan.stat_wechat_day as d (account_id, day, view_cnt, view_user, receive_cnt, receive_user, verify_cnt, verify_user,
                                         given_cnt, given_user, expire_cnt, expire_user)
select $1, x.ref_date, x.view_cnt, x.view_user, x.receive_cnt, x.receive_user, x.verify_cnt, x.verify_user, x.given_cnt, x.given_user,
       x.expire_cnt, x.expire_user
  from jsonb_to_recordset($2::jsonb) as x (ref_date date, view_cnt bigint, view_user bigint, receive_cnt bigint, receive_user bigint,
         verify_cnt bigint, verify_user bigint, given_cnt bigint, given_user bigint, expire_cnt bigint, expire_user bigint)
on conflict (account_id, day) do update set
  (view_cnt, view_user, receive_cnt, receive_user, verify_cnt, verify_user, given_cnt, given_user, expire_cnt, expire_user, fetched_at) =
  (excluded.view_cnt, excluded.view_user, excluded.receive_cnt, excluded.receive_user, excluded.verify_cnt, excluded.verify_user,
   excluded.given_cnt, excluded.given_user, excluded.expire_cnt, excluded.expire_user, now())
