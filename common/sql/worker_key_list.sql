-- All certificates, newest first, and how many values are sealed to each.
select k.key_id, k.active, date_trunc('second', k.created_at) as created_at,
       (select count(*) from kaquan.account a where a.secret_key_id = k.key_id) as secrets,
       (select count(*) from kaquan.credential c where c.key_id = k.key_id) as credentials
  from kaquan.worker_key k order by k.created_at desc
