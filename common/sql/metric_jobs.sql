-- Jobs by kind and state.
select j.state, j.kind, count(*) as value from kaquan.job j group by j.state, j.kind order by j.kind, j.state
