-- Imported codes that are no tickets, in their order: at most $2 of them, one a line, and how many there are.    -> codes, free
with free as materialized (
  select s.code from kaquan.code_stock s
   where s.template_id = $1 and s.trouble is null
     and not exists (select from kaquan.ticket t where t.template_id = $1 and t.code = s.code)
   order by s.code)
select (select count(*) from free) as free, (select string_agg(f.code, E'\n') from (select f.code from free f limit $2) f) as codes
