-- Templates before an event day: review, pool, stock; values in {}.    -> name, state, found, cure
with f as (
    select f.*, t.bind_openid, t.sale_until, t.refuse_reason,
           (select sum(p.confirmed) from kaquan.code_part p where p.template_id = t.id) as deposited
      from kaquan.pool_forecast f join kaquan.template t on t.id = f.template_id
      join kaquan.account a on a.id = t.account_id and a.enabled
     where t.status <> 'deleted'
)
select 'review of ' || f.template as name,
       case f.status when 'approved' then 'ok' when 'draft' then 'warn' else 'fail' end as state,
       case f.status when 'refused' then format('refused: {%s}', coalesce(f.refuse_reason, 'no reason was given'))
                     else f.status end as found,
       case f.status when 'draft' then format('kaquan-worker template submit {%s}', f.template)
                     when 'refused' then format('correct and submit it again: kaquan-worker template show {%s}', f.template)
                     else format('a review takes up to three working days: kaquan-worker template show {%s}', f.template) end as cure
  from f
union all
select 'pool of ' || f.template,
       case when f.paused or f.state in ('after sale', 'ended', 'sold out') then 'warn' when f.ready = 0 then 'fail'
            when f.ready < least(f.pool_low, f.wanted) then 'warn' else 'ok' end,
       format('{%s} cards ready, {%s} wanted, {%s}', f.ready, f.wanted, f.state),
       case when f.state = 'ended' then format('its validity at WeChat is over: prolong it, kaquan-worker template push {%s}', f.template)
            when f.paused then format('kaquan-worker template set {%s} --paused off', f.template)
            else format('kaquan-worker pool fill {%s} --wait; kaquan-worker job list --state failed', f.template) end
  from f where f.status = 'approved' and not f.bind_openid
union all
select 'stock of ' || f.template,
       case when f.stock_left = 0 or f.deposited < f.stock then 'fail'
            when f.stock_left < f.pool_target or f.stock_ends_at < least(f.sale_until, now() + interval '1 day') then 'warn' else 'ok' end,
       case when f.stock_left is null then format('not limited by us')
            when f.deposited < f.stock then format('{%s}, but only {%s} codes are deposited', f.stock, f.deposited)
            when f.stock_left < f.pool_target then format('{%s} left, less than the pool''s target of {%s}', f.stock_left, f.pool_target)
            when f.stock_ends_at is null then format('{%s} left', f.stock_left)
            else format('{%s} left, ends at {%s}', f.stock_left, date_trunc('minute', f.stock_ends_at)) end,
       case when f.deposited < f.stock then format('deposit the missing codes') else format('raise the stock of {%s}, or import more codes', f.template) end
  from f where f.status = 'approved'
