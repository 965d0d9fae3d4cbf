-- The pools that are low or empty, the templates that are sold out or will be within an hour, named.    -> low, sold_out, ending
select coalesce(string_agg(p.template || ' ' || p.ready || ' of ' || p.wanted
                           || coalesce(', empty at ' || to_char(p.empty_at, 'HH24:MI'), ''), '; ' order by p.template)
                  filter (where p.state in ('low', 'empty')), '') as low,
       coalesce(string_agg(p.template, ', ' order by p.template) filter (where p.state = 'sold out'), '') as sold_out,
       coalesce(string_agg(p.template || ' at ' || to_char(p.stock_ends_at, 'MM-DD HH24:MI'), ', ' order by p.stock_ends_at)
                  filter (where p.stock_ends_at < now() + interval '1 h' / s.time_scale and p.state in ('open', 'low')), '')
         as ending
  from kaquan.pool_forecast p, kaquan.site s
