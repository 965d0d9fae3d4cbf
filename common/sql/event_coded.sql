-- Pushes of an account whose code is encrypted.    -> id, encrypted
select e.id, e.detail ->> 'EncryptCode' as encrypted from kaquan.wx_event e
 where e.account_id = $1 and e.state = 'coded'
 order by e.id limit $2
