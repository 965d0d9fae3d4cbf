-- All templates, those that need somebody first. Claims are those that were summed by the minute: no ticket is counted. A
-- status that we do not know is shown as it came.
--   -> key, account, card_type, title, status, said (why it was refused, or what WeChat calls it), sold, stock (null: no
--      limit), valid, unsent, paused, sale, version
select t.key, a.key as account, t.card_type, t.title,
       case when t.status = 'unknown' then coalesce(t.wechat_status, t.status) else t.status end as status,
       coalesce(t.refuse_reason, '') as said,
       coalesce((select sum(m.claims) from kaquan.stat_minute m where m.template_id = t.id), 0)::bigint as sold, t.stock,
       case when coalesce(v.from_at, v.until_at) is not null
            then concat_ws(' .. ', to_char(v.from_at at time zone 'Asia/Shanghai', 'MM-DD'),
                           to_char(v.until_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD'))
            else (d.date ->> 'fixed_term') || ' d' end as valid,
       t.card_id is not null and t.body is distinct from sent.body as unsent, t.paused,
       concat_ws(' .. ', coalesce(to_char(t.sale_from, 'MM-DD HH24:MI'), case when t.sale_until is not null then '' end),
                 to_char(t.sale_until, 'MM-DD HH24:MI')) as sale, t.version
  from kaquan.template t join kaquan.account a on a.id = t.account_id
  cross join lateral (select t.body -> 'card' -> lower(t.card_type) -> 'base_info' -> 'date_info' as date) d
  cross join lateral (
    select case jsonb_typeof(d.date -> 'begin_timestamp') when 'number' then to_timestamp((d.date ->> 'begin_timestamp')::float8) end as from_at,
           case jsonb_typeof(d.date -> 'end_timestamp') when 'number' then to_timestamp((d.date ->> 'end_timestamp')::float8) end as until_at) v
  left join lateral (select r.body from kaquan.template_revision r where r.template_id = t.id order by r.revision desc limit 1) sent on true
 order by t.status not in ('refused', 'draft', 'unknown'), t.status = 'deleted', t.key
 limit 1000
