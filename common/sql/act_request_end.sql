-- Ends a request that waits, for the person $2, who is another than the one that asked: it is done, or failed because of $3. What
-- was private or secret in it is forgotten.    -> record
update kaquan.act_request r
   set state = case when $3::text is null then 'done' else 'failed' end, error_text = $3, ended_by = $2, ended_at = now(),
       sealed = null, params = case when r.private then '{}' else r.params end
 where r.id = $1 and r.state = 'waiting' and split_part(r.person, '@', 1) <> split_part($2::text, '@', 1)
returning kaquan.act_record(r.id)::text as record
