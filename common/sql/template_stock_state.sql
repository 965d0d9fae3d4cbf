-- How a change of a stock goes on: $2, with WeChat's total before it ($3; null: stays) and the reason ($4).
update kaquan.template_stock_change
   set state = $2, total_before = coalesce($3::bigint, total_before), reason = $4, updated_at = now()
 where id = $1 and state in ('queued', 'sent')
