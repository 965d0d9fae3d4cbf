-- A template under review.    -> account_id, key, card_id
select t.account_id, t.key, t.card_id from kaquan.template t where t.id = $1 and t.status = 'waiting' and t.card_id is not null
