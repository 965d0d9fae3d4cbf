-- The steps that pushes just applied ($1: their ids) make of tickets; each push once.
insert into kaquan.ticket_event (request_id, template_id, kind, at, detail, wx_event_id)
select e.request_id, e.template_id, e.step, e.happened_at,
       e.detail || jsonb_strip_nulls(jsonb_build_object('code', e.code, 'old_code', e.old_code, 'openid', e.openid)), e.id
  from kaquan.applied_of($1) e
 where e.step is not null
on conflict (wx_event_id) where wx_event_id is not null do nothing
