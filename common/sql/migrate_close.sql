-- After a migration nobody may create in the schema but its owner, and kaquan_fn_work for the keys of slots.
revoke create on schema kaquan from kaquan_fn_claim, kaquan_fn_admin
