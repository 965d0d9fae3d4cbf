-- A secret that waits for a second person is sealed for the place where it belongs: whoever confirms puts it there, and needs no key.

set local search_path = kaquan, pg_catalog, pg_temp;

-- Only its worker's key could move one that was asked for before.
update act_request r
   set state = 'failed', error_text = 'asked for before an update: ask again', ended_by = 'kaquan', ended_at = now(), sealed = null,
       params = case when r.private then '{}' else r.params end
 where r.sealed is not null;

-- Every sealed value there is: where it is kept, and the place that is sealed into it. A new sealed column is added here, and to
-- reseal.sql: then `key rotate` knows of it.
drop view sealed_value;
create view sealed_value as
select 'secret' as kept, a.id, 'secret' as "column", a.appid, 0::bigint as epoch, a.secret as sealed, a.secret_key_id as key_id
  from account a where a.secret is not null
union all
select c.kind, c.account_id, c.kind, a.appid, c.epoch, c.sealed, c.key_id
  from credential c join account a on a.id = c.account_id where c.sealed is not null
union all
select 'aes_key', b.account_id, 'aes_key', a.appid, 0, b.aes_key, b.key_id
  from account_callback b join account a on a.id = b.account_id
union all
select 'act_request', r.id, case r.verb when 'set-aes-key' then 'aes_key' else 'secret' end, a.appid, 0, r.sealed, r.key_id
  from act_request r join account a on a.key = r.params -> 'arguments' ->> 0 where r.sealed is not null;
grant select on sealed_value to kaquan_worker;

-- Puts the secret that waits with a request where it belongs; the caller ends the request in the same transaction. Returns its
-- account, or null when none waits (any more) for this one.
create function request_secret_move(request_id bigint, account_id bigint) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
#variable_conflict use_variable
declare
  s kaquan.sealed_value;
begin
  perform from kaquan.act_request r where r.id = request_id for update;
  select v.* into s from kaquan.sealed_value v join kaquan.account a on a.appid = v.appid
   where v.kept = 'act_request' and v.id = request_id and a.id = account_id;
  if not found then
    return null;
  elsif s."column" = 'secret' then
    update kaquan.account a
       set secret = s.sealed, secret_key_id = s.key_id, secret_set_at = now(), version = a.version + 1, updated_at = now()
     where a.id = account_id;
  else
    insert into kaquan.account_callback as b (account_id, aes_key, key_id) values (account_id, s.sealed, s.key_id)
    on conflict on constraint account_callback_pkey do update set aes_key = excluded.aes_key, key_id = excluded.key_id, set_at = now();
  end if;
  return account_id;
end $$;
alter function request_secret_move owner to kaquan_fn_admin;
revoke all on function request_secret_move from public;
grant execute on function request_secret_move                                     to kaquan_worker, kaquan_operator;
grant select                                          on sealed_value               to kaquan_fn_admin;
grant update (state)                                  on act_request                to kaquan_fn_admin; -- to lock it
grant update (secret, secret_key_id, secret_set_at, version, updated_at) on account to kaquan_fn_admin;
grant select, insert, update                          on account_callback           to kaquan_fn_admin;
