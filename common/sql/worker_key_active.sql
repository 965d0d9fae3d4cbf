-- The certificate that secrets are sealed to.    -> key_id, certificate, sealed (how many values need its key)
select k.key_id, k.certificate,
       (select count(*) from kaquan.account a where a.secret_key_id = k.key_id) as sealed
  from kaquan.worker_key k where k.active
