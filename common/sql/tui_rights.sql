-- Which of these rights ($1: "insert job", "execute epoch_revoke") does this session lack?    -> needed, command (that gives it)
select n.needed, kaquan.right_missing(n.needed) as command
  from unnest($1::text[]) n (needed) where kaquan.right_missing(n.needed) is not null
