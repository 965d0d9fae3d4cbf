-- Tickets of an account that want a fresh signature, those that a backend asked for first; locked against other workers.
-- -> request_id, template_id, code (null: none yet), openid (null: not signed), card_id, makes_code, bucket, buckets, run
select r.request_id, r.template_id, t.code, case when tp.bind_openid then t.openid end as openid, tp.card_id,
       tp.code_mode = 'merchant' and t.code is null as makes_code, s.bucket, s.buckets,
       case when tp.code_mode = 'merchant' and t.code is null then kaquan.code_run_take(1) else 0 end as run
  from kaquan.ticket_renewal r
  join kaquan.ticket t on t.request_id = r.request_id and t.template_id = r.template_id
  join kaquan.template tp on tp.id = r.template_id, kaquan.site s
 where tp.account_id = $1 and r.wanted_at <= now()
 order by r.asked desc, r.wanted_at
 limit $2
   for update of r skip locked
