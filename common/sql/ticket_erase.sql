-- Takes a person out of everything that is kept of the tickets: nothing else of them changes. Pushes that were not read, or
-- found no ticket, are searched as they came; one that waits is not read any more.
--    -> tickets, pushes, steps (how many held the person), encrypted (pushes that nobody can search)
with mine as materialized (
  select o.request_id, o.template_id from kaquan.tickets_of($1) o
  union select e.request_id, e.template_id from kaquan.wx_event e where e.openid = $1 and e.request_id is not null),
tickets as (
  update kaquan.ticket t set openid = nullif(t.openid, $1), holder = nullif(t.holder, $1) from mine m
   where t.request_id = m.request_id and t.template_id = m.template_id and (t.openid = $1 or t.holder = $1) returning 1),
pushes as (
  update kaquan.wx_event e
     set payload = '', openid = nullif(e.openid, $1), detail = '{}', note = 'erased',
         state = case when e.state in ('applied', 'repeat') then e.state else 'unread' end
   where e.openid = $1
      or e.state not in ('applied', 'repeat') and (position($1 in e.payload) > 0 or position($1 in e.detail::text) > 0)
      or (e.request_id, e.template_id) in (select m.request_id, m.template_id from mine m)
     and position($1 in e.detail::text) > 0 returning 1),
steps as (
  update kaquan.ticket_event e
     set detail = (select coalesce(jsonb_object_agg(d.key, d.value), '{}') from jsonb_each(e.detail) d
                    where d.value <> to_jsonb($1::text))
    from mine m
   where e.request_id = m.request_id and e.template_id = m.template_id and position($1 in e.detail::text) > 0 returning 1),
drifts as (
  update kaquan.ticket_drift d set holder = nullif(d.holder, $1), openid = nullif(d.openid, $1)
   where d.holder = $1 or d.openid = $1),
persons as (
  delete from kaquan.ticket_person where person = $1)
select (select count(*) from tickets) as tickets, (select count(*) from pushes) as pushes, (select count(*) from steps) as steps,
       (select count(*) from kaquan.wx_event e where e.state in ('new', 'unread') and e.payload ~ 'Encrypt[>"]') as encrypted
