-- Every sealed value there is, with the place that is sealed into it. A new sealed column is added here, and to
-- reseal.sql: then `key rotate` knows of it.
create view sealed_value as
  select 'secret' as "column", a.id as account_id, a.appid, 0::bigint as epoch, a.secret as sealed, a.secret_key_id as key_id
    from account a where a.secret is not null
  union all
  select c.kind, c.account_id, a.appid, c.epoch, c.sealed, c.key_id
    from credential c join account a on a.id = c.account_id where c.sealed is not null
  union all
  select 'aes_key', b.account_id, a.appid, 0, b.aes_key, b.key_id
    from account_callback b join account a on a.id = b.account_id;

grant select on sealed_value to kaquan_worker;
