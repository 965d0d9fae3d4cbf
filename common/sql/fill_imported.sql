-- The pool that was just opened has imported codes; $2 of them were no tickets then.
with level as (update kaquan.code_level set free = $2 where template_id = $1)
update kaquan.pool set code_source = 'imported' where template_id = $1 and code_source = 'generated'
