-- Tokens and api_tickets of all accounts: their life, never their value.
select a.key as account, c.kind, c.epoch, c.fingerprint,
       round(extract(epoch from c.valid_until - now())) as seconds_left,
       date_trunc('second', c.valid_until) as valid_until, c.age_known,
       case when d.due_at = '-infinity' or d.due_at is null then 'now' when d.due_at = 'infinity' then 'never'
            else date_trunc('second', d.due_at)::text end as next_refresh,
       c.fail_streak, c.breaker, c.last_class,
       exists (select from kaquan.credential_history h where h.account_id = c.account_id and h.kind = c.kind
                  and h.epoch = c.epoch and h.revoked_at is not null) as revoked
  from kaquan.credential c
  join kaquan.account a on a.id = c.account_id
  cross join kaquan.site s
  join kaquan.credential_due d on d.account_id = c.account_id and d.kind = c.kind
 order by a.key, c.kind
