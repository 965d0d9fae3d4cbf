-- The next open items of an account's acts, oldest first.    -> bulk_id, n, act, code, card_id, argument, reason, new_code, was_sent
select i.bulk_id, i.n, b.act, i.code, tp.card_id, tp.card_type, i.argument::text as argument, b.reason,
       coalesce(i.argument ->> 'new_code', '') as new_code, i.state = 'sending' as was_sent
  from kaquan.bulk b
  join kaquan.bulk_item i on i.bulk_id = b.id and i.state in ('waiting', 'sending')
  join kaquan.template tp on tp.id = b.template_id
 where b.account_id = $1 and b.finished_at is null
 order by i.bulk_id, i.n limit $2
