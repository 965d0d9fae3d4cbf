-- How fast WeChat's time runs here: 1, or more in a rehearsal.    -> time_scale
select time_scale from kaquan.site
