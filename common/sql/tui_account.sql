-- An account, $1: what an operator set, and its last trouble.
--   -> key, appid, name, enabled, has_secret, state, token_mode, original_id, api_base, secret_set_at, sealed_to, aes_key, backends,
--      failing, trouble, errcode
select a.key, a.appid, a.name, a.enabled, a.has_secret, case when a.enabled then 'enabled' else 'disabled' end as state,
       a.token_mode, a.original_id, a.api_base, a.secret_set_at, a.secret_key_id as sealed_to,
       exists (select from kaquan.account_callback b where b.account_id = a.id) as aes_key,
       (select string_agg(g.login, ', ' order by g.login) from kaquan.backend_grant g where g.account_id = a.id) as backends,
       f.failing, f.trouble, f.errcode
  from kaquan.account a
  left join lateral (select c.last_class as failing, c.kind || ': ' || c.last_text as trouble, nullif(c.last_errcode, 0) as errcode
                       from kaquan.credential c where c.account_id = a.id and (c.fail_streak > 0 or c.breaker = 'open')
                      order by c.kind limit 1) f on true
 where a.key = $1
