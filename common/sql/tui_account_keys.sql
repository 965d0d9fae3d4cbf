-- The accounts that a template can belong to.    -> key
select a.key from kaquan.account a where a.enabled order by a.key
