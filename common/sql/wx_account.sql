-- What a call in the name of an account needs.    -> appid, api_base, enabled, time_scale
select a.appid, a.api_base, a.enabled, s.time_scale from kaquan.account a, kaquan.site s where a.id = $1
