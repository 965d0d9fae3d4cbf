-- A person ($3) confirms an item ($2) of an account.    -> record
insert into kaquan.go_live_item as i (account_id, item, person, reason) values ($1, $2, $3, $4)
  on conflict (account_id, item) do update set person = excluded.person, reason = excluded.reason, confirmed_at = now()
  returning (to_jsonb(i) - 'account_id')::text as record
