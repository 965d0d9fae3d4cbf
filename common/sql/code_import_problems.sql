-- What is wrong with codes that wait: 0 in the file before, 1 imported before, 2 a ticket already; with the first ten lines.
-- -> problem, count, lines
with waiting as materialized (
  select i.line, i.code, row_number() over (partition by i.code order by i.line) as nth from kaquan.code_import_line i),
wrong as (
  select 0 as problem, w.line from waiting w where w.nth > 1
  union all
  select 1, w.line from waiting w where exists (select from kaquan.code_stock s where s.template_id = $1 and s.code = w.code)
  union all
  select 2, w.line from waiting w where exists (select from kaquan.ticket t where t.template_id = $1 and t.code = w.code))
select w.problem, count(*) as count, array_to_string((array_agg(w.line order by w.line))[1:10], ' ') as lines
  from wrong w group by w.problem order by w.problem
