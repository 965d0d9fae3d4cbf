-- Kinds of jobs that come by the clock.    -> kind
select k.kind from kaquan.schedule k order by k.kind
