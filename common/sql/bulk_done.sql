-- WeChat did it ($3: the step, $4: a remark): the item ends and the ticket takes the step.
with item as (
  update kaquan.bulk_item i set state = 'done', text = $4, ended_at = clock_timestamp()
   where i.bulk_id = $1 and i.n = $2 and i.state = 'sending'
  returning i.request_id, i.code, i.argument),
what as (
  select i.*, b.template_id, b.id as bulk_id, i.argument ->> 'new_code' as new_code
    from item i join kaquan.bulk b on b.id = $1),
step as (
  insert into kaquan.ticket_event (request_id, template_id, kind, at, detail)
  select w.request_id, w.template_id, $3, clock_timestamp(),
         w.argument || jsonb_build_object('bulk', w.bulk_id, 'code', coalesce(w.new_code, w.code)) from what w),
past as (
  insert into kaquan.ticket_past_code (code, template_id, request_id)
  select w.code, w.template_id, w.request_id from what w where w.new_code <> w.code
  on conflict do nothing),
back as (
  delete from kaquan.ticket_past_code p using what w where p.code = w.new_code and p.template_id = w.template_id)
update kaquan.ticket t
   set code = coalesce(w.new_code, t.code),
       state = case when $3 = 'void' then 'void' when $3 = 'consumed' and t.state <> 'void' then 'consumed' else t.state end
  from what w
 where t.request_id = w.request_id and t.template_id = w.template_id and $3 <> 'updated'
