-- The answer to a question: WeChat's own ($2), or why there is none. What was asked is forgotten with it.
with told as (
  update kaquan.wechat_ask q
     set answered_at = now(), answer = $2, class = $3, kind = $4, error_text = $5, error_cure = $6,
         body = null, file = null, file_name = null, file_type = null
   where q.id = $1 and q.answered_at is null
  returning q.id)
select pg_notify('kaquan_answer', '') from told
