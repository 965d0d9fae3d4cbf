-- After a migration nobody but the owner may create in the schema.
revoke create on schema kaquan from kaquan_fn_claim, kaquan_fn_work, kaquan_fn_admin
