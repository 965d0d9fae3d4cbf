-- What the audit log keeps of an account.    -> record
select kaquan.account_record($1)::text as record
