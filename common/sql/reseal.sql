-- The value that is kept at ($1, $2), sealed anew to the key $4, unless it is another one ($5) meanwhile.    -> moved
with secrets as (
  update kaquan.account set secret = $3::bytea, secret_key_id = $4
   where $1 = 'secret' and id = $2 and secret = $5::bytea returning 1
), credentials as (
  update kaquan.credential set sealed = $3::bytea, key_id = $4
   where kind = $1 and account_id = $2 and sealed = $5::bytea returning 1
), callbacks as (
  update kaquan.account_callback set aes_key = $3::bytea, key_id = $4
   where $1 = 'aes_key' and account_id = $2 and aes_key = $5::bytea returning 1
), requests as (
  update kaquan.act_request set sealed = $3::bytea, key_id = $4
   where $1 = 'act_request' and id = $2 and sealed = $5::bytea returning 1
)
select (select count(*) from secrets) + (select count(*) from credentials) + (select count(*) from callbacks)
       + (select count(*) from requests) as moved
