-- Whatever made the worker wait for this account is forgotten.
select kaquan.credential_retry($1, $2)
