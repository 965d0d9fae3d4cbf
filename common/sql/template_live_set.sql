-- What WeChat has of a template now.
insert into kaquan.template_live as l (template_id, body, wechat_status) values ($1, $2::jsonb, $3)
on conflict (template_id) do update set body = excluded.body, wechat_status = excluded.wechat_status, seen_at = now()
