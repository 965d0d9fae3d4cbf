-- Puts the secret that waits with the request $1 where it belongs, for the account $2.    -> moved (null: none waits), record
select m.moved, case when m.moved is not null then kaquan.account_record(m.moved)::text end as record
  from kaquan.request_secret_move($1, $2) m (moved)
