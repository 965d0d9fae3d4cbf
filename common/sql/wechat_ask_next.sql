-- The oldest question about an account that waits is about to be asked.
--   -> id, endpoint, body, file, file_name, file_type, was_begun: some worker was about to ask it before
update kaquan.wechat_ask q set begun_at = now()
  from (select o.id, o.begun_at is not null as was_begun from kaquan.wechat_ask o
         where o.account_id = $1 and o.answered_at is null order by o.id limit 1 for update) o
 where q.id = o.id
returning q.id, q.endpoint, q.body, q.file, q.file_name, q.file_type, o.was_begun
