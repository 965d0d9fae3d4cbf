-- Forgets refused tokens after 90 days.
delete from kaquan.token_refusal where last_at < now() - interval '90 days'
