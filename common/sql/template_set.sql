-- Changes pool and sale of a template; null stays as it is, a time is taken when $5 (from) and $7 (until) say so.
-- -> record
update kaquan.template t
   set pool_target = coalesce($2::bigint, t.pool_target), pool_low = coalesce($3::bigint, t.pool_low),
       paused = coalesce($4::boolean, t.paused),
       sale_from = case when $5::boolean then $6::timestamptz else t.sale_from end,
       sale_until = case when $7::boolean then $8::timestamptz else t.sale_until end,
       version = t.version + 1, updated_at = now()
 where t.id = $1
returning to_jsonb(t)::text as record
