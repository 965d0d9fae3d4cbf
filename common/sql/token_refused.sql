-- WeChat refused an access_token ($2: its epoch) that should live for $7 seconds more.
insert into kaquan.token_refusal as r (account_id, epoch, endpoint, errcode, host, age_s, left_s)
  select $1, $2, $3, $4, $5, $6, $7::float8 * s.time_scale from kaquan.site s
  on conflict (account_id, epoch, endpoint, errcode) do update set times = r.times + 1, last_at = now(), host = excluded.host
