-- How many codes of the template with the key $1 are in which state?    -> state, codes
select case when s.trouble is not null then s.trouble::text
            when t.code is not null then 'claimed'
            when s.part is null then 'imported'
            when p.confirmed_at is not null then 'deposited'
            else 'depositing' end as state,
       count(*) as codes
  from kaquan.code_stock s
  left join kaquan.code_part p on p.id = s.part
  left join kaquan.ticket t on t.template_id = s.template_id and t.code = s.code
 where s.template_id = (select o.id from kaquan.template o where o.key = $1)
 group by 1
