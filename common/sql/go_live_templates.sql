-- Templates before an event day: review, pool, stock.    -> name, state, found, cure
with f as (
    select f.*, t.bind_openid, t.sale_until, t.refuse_reason,
           (select sum(p.confirmed) from kaquan.code_part p where p.template_id = t.id) as deposited
      from kaquan.pool_forecast f join kaquan.template t on t.id = f.template_id
      join kaquan.account a on a.id = t.account_id and a.enabled
     where t.status <> 'deleted'
)
select 'review of ' || f.template as name,
       case f.status when 'approved' then 'ok' when 'draft' then 'warn' else 'fail' end as state,
       case f.status when 'refused' then 'refused: ' || coalesce(f.refuse_reason, 'no reason was given')
                     else f.status end as found,
       case f.status when 'draft' then 'kaquan-worker template submit ' when 'refused' then 'correct and submit it again: kaquan-worker template show '
                     else 'a review takes up to three working days: kaquan-worker template show ' end || f.template as cure
  from f
union all
select 'pool of ' || f.template,
       case when f.paused or f.state in ('after sale', 'sold out') then 'warn' when f.ready = 0 then 'fail'
            when f.ready < least(f.pool_low, f.wanted) then 'warn' else 'ok' end,
       f.ready || ' cards ready, ' || f.wanted || ' wanted, ' || f.state,
       case when f.paused then 'kaquan-worker template set ' || f.template || ' --paused off'
            else 'kaquan-worker pool fill ' || f.template || ' --wait; kaquan-worker job list --state failed' end
  from f where f.status = 'approved' and not f.bind_openid
union all
select 'stock of ' || f.template,
       case when f.stock_left = 0 or f.deposited < f.stock then 'fail'
            when f.stock_left < f.pool_target or f.stock_ends_at < least(f.sale_until, now() + interval '1 day') then 'warn' else 'ok' end,
       case when f.stock_left is null then 'not limited by us'
            when f.deposited < f.stock then f.stock || ', but only ' || f.deposited || ' codes are deposited'
            else f.stock_left || ' left' || case when f.stock_left < f.pool_target then ', less than the pool''s target of ' || f.pool_target
                                                 else coalesce(', ends at ' || date_trunc('minute', f.stock_ends_at), '') end end,
       case when f.deposited < f.stock then 'deposit the missing codes' else 'raise the stock of ' || f.template || ', or import more codes' end
  from f where f.status = 'approved'
