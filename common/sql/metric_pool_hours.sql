-- Hours until a pool is empty at the present rate of claims.
select s.template as pool,
       case when s.per_minute > 0 then s.ready / s.per_minute / 60 else 'infinity' end::double precision as value
  from kaquan.pool_status s order by s.template
