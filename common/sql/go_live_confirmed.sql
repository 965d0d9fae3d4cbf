-- An item as it was confirmed before.    -> record
select (to_jsonb(i) - 'account_id')::text as record from kaquan.go_live_item i where i.account_id = $1 and i.item = $2
