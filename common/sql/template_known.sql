-- Is a card of WeChat's one of our templates?    -> known
select exists (select from kaquan.template t where t.card_id = $1) as known
