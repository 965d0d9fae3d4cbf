-- Writes a row of the audit log in the present transaction.
select kaquan.audit_write($1, $2, $3, $4::jsonb, $5::jsonb, $6)
