-- A template whose codes go to WeChat, and how many do.
-- -> account_id, key, card_id, code_mode, status, codes (all), confirmed, open (parts)
select t.account_id, t.key, t.card_id, t.code_mode, t.status,
       (select count(*) from kaquan.code_stock s where s.template_id = t.id and s.trouble is null) as codes,
       coalesce(sum(p.confirmed), 0) as confirmed, count(p.id) filter (where p.confirmed_at is null) as open
  from kaquan.template t left join kaquan.code_part p on p.template_id = t.id
 where t.id = $1
 group by t.id
