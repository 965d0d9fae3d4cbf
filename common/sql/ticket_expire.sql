-- Lets those of the next 5000 tickets behind the place ($1, $2) expire whose validity ended, at the moment it did; and those that
-- expired and are valid again get the state that their other steps make (as in event_fold.sql). A ticket that changes meanwhile
-- keeps its change.    -> looked, request_id, template_id (the place of the last one), expired, prolonged
with page as materialized (
  select t.request_id, t.template_id, t.state, t.claimed_at from kaquan.ticket t
   where (t.request_id, t.template_id) > ($1, $2::smallint)
   order by t.request_id, t.template_id limit 5000),
turned as materialized (
  select p.request_id, p.template_id, p.state, p.claimed_at, e.ends_at
    from page p join kaquan.template_validity v on v.template_id = p.template_id
   cross join lateral (select kaquan.ticket_ends_at(v, p.request_id) as ends_at) e
   where case when p.state < 'expired' then e.ends_at <= now()
              when p.state = 'expired' then coalesce(e.ends_at, 'infinity') > now() end),
moved as (
  update kaquan.ticket t
     set state = case when u.state < 'expired' then 'expired'
                      else coalesce((select s.state from kaquan.ticket_event e join kaquan.ticket_step s on s.kind = e.kind
                                      where e.request_id = t.request_id and e.template_id = t.template_id and s.state is not null
                                      order by s.final desc, e.at desc, s.rank desc limit 1),
                                    (case when octet_length(t.signature) = 0 then 'claiming' else 'handed_out' end)::kaquan.ticket_state) end
    from turned u
   where t.request_id = u.request_id and t.template_id = u.template_id and t.state = u.state
  returning t.request_id, t.template_id, case when u.state < 'expired' then 'expired' else 'prolonged' end as kind,
            case when u.state < 'expired' then greatest(u.ends_at, u.claimed_at) else now() end as at),
step as (
  insert into kaquan.ticket_event (request_id, template_id, kind, at)
  select m.request_id, m.template_id, m.kind, m.at from moved m)
select (select count(*) from page) as looked, last.request_id, last.template_id,
       (select count(*) from moved m where m.kind = 'expired') as expired,
       (select count(*) from moved m where m.kind = 'prolonged') as prolonged
  from (select 1) one left join lateral (
       select p.request_id, p.template_id from page p order by p.request_id desc, p.template_id desc limit 1) last on true
