-- The code behind the encrypted one of a push ($2; null: there is none, $3 says why); then it is read again.
update kaquan.wx_event
   set decrypted_code = $2::text, note = $3, state = case when $2::text is null then 'unread' else 'new' end
 where id = $1 and state = 'coded'
