-- The interfaces that an account used within a week: those whose limit matters.    -> endpoint
select distinct u.endpoint from kaquan.api_usage u
 where u.account_id = $1 and u.day > kaquan.wx_day(now()) - 7
   and u.endpoint not in ('/cgi-bin/clear_quota', '/cgi-bin/openapi/quota/get')
 order by u.endpoint
