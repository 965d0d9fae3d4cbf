-- The next imported codes after $2 that are no tickets: at most $3 of them, one a line.    -> count, codes, last
select count(*) as count, string_agg(c.code, E'\n') as codes, max(c.code collate "C") as last
  from kaquan.code_page($1, $2, $3) as c (code)
