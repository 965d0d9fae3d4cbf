-- Imported codes that are no tickets, and how many were imported by then.    -> free, imported
select (select count(*) from kaquan.code_stock s
         where s.template_id = l.template_id and s.trouble is null
           and not exists (select from kaquan.ticket t where t.template_id = l.template_id and t.code = s.code)) as free,
       l.imported
  from kaquan.code_level l where l.template_id = $1
