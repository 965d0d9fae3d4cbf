-- The template of a cardExt: the one with key $1; else by card_id $2, by a ticket of ours with code $3 or outer_str $4, else the
-- only one there is.
select t.id, t.account_id, t.key, a.key as account, a.enabled, t.card_id, t.code_mode, t.bind_openid, t.status, t.paused,
       coalesce(t.sale_from > now(), false) or coalesce(t.sale_until <= now(), false) as off_sale, coalesce(v.ends_at <= now(), false) as ended,
       nullif(kaquan.stock_left(t.id, t.stock), 'infinity') as stock_left, s.timestamp_quoted,
       extract(epoch from s.margin / s.time_scale)::float8 as margin_s, extract(epoch from clock_timestamp())::bigint as now,
       (7200 / s.time_scale)::float8 as life_s
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  left join kaquan.template_validity v on v.template_id = t.id, kaquan.site s
 where case when $1::text is not null then t.key = $1
            when $2::text is not null then t.card_id = $2
            else t.id in (select k.template_id from kaquan.ticket k where k.code = $3
                          union all select o.template_id from kaquan.ticket_outer o where o.public_id = decode($4, 'hex'))
              or (select count(*) from kaquan.template) = 1 end
 order by t.id limit 2
