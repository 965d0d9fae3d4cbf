-- Cards that can be claimed now, by pool.
select s.template as pool, s.ready as value from kaquan.pool_status s order by s.template
