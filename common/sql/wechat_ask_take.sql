-- The answer to a question of ours, which is gone then; $2: gone also without an answer. No row: it is not answered yet.
--   -> answered, begun, answer, class, kind, error_text, error_cure
select t.answered, t.begun, t.answer, t.class, t.kind, t.error_text, t.error_cure from kaquan.wechat_ask_take($1, $2) t
