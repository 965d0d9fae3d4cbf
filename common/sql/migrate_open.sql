-- A function can be given to a role only while that role may create in the schema.
grant create on schema kaquan to kaquan_fn_claim, kaquan_fn_admin
