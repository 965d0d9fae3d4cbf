-- The week that WeChat is asked about: what was not ready yesterday is today.    -> first, last
select to_char((now() at time zone 'Asia/Shanghai')::date - 7, 'YYYY-MM-DD') as first,
       to_char((now() at time zone 'Asia/Shanghai')::date - 1, 'YYYY-MM-DD') as last
