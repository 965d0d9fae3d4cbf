-- Puts work into the queue; an open job of the same kind and object is kept, but made due now.    -> id
insert into kaquan.job as j (kind, account_id, template_id, params)
values ($1, $2::bigint, $3::integer, $4::jsonb)
on conflict (kind, coalesce(account_id, 0), coalesce(template_id, 0)) where state in ('queued', 'running')
do update set run_at = least(j.run_at, now())
returning id
