-- Takes a card over that was made elsewhere, as it is at WeChat.    -> id, record
select a.id, a.record from kaquan.template_adopt($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11) a
