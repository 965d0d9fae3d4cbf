-- What a template's pool wants now.    -> no row when there is no epoch to sign in; reason is null when it is full enough
select s.account_id, s.credential_epoch as epoch, s.wanted, s.stock_left, s.ready, t.code_mode = 'merchant' as with_code,
       n.reason, t.key, l.template_id is not null as imported
  from kaquan.pool_status s
  join kaquan.template t on t.id = s.template_id
  left join kaquan.code_level l on l.template_id = s.template_id
  left join kaquan.pool_need n on n.template_id = s.template_id
 where s.template_id = $1 and s.fillable
