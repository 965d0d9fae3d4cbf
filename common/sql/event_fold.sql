-- State, holder and code of the tickets that these pushes ($1) are about, from all their steps: the order in which they
-- became known makes no difference. One that expired stays so unless it ended otherwise: validity has its own time. A code that
-- belongs to another ticket is left to it.
with touched as (
  select distinct a.request_id, a.template_id from kaquan.applied_of($1) a where a.request_id is not null),
step as (
  select e.request_id, e.template_id, e.at, s.state, s.rank, s.final,
         case when s.holds then e.detail ->> 'openid' end as holder,
         case when s.names_code then e.detail ->> 'code' end as code
    from touched
    join kaquan.ticket_event e on e.request_id = touched.request_id and e.template_id = touched.template_id
    join kaquan.ticket_step s on s.kind = e.kind),
fold as (
  select s.request_id, s.template_id,
         (array_agg(s.state order by s.final desc, s.at desc, s.rank desc) filter (where s.state is not null))[1] as state,
         (array_agg(s.holder order by s.at desc, s.rank desc, s.holder) filter (where s.holder is not null))[1] as holder,
         (array_agg(s.code order by s.at, s.rank, s.code) filter (where s.code is not null and past.code is null))[1] as code
    from step s left join kaquan.ticket_past_code past on past.code = s.code and past.template_id = s.template_id
   group by s.request_id, s.template_id),
fresh as ( -- its own, and nobody else's
  select f.request_id, f.template_id, f.state, f.holder,
         case when row_number() over (partition by f.template_id, f.code order by f.request_id) = 1 and o.request_id is null
              then f.code end as code
    from fold f
    left join kaquan.ticket o on o.code = f.code and o.template_id = f.template_id and o.request_id <> f.request_id)
update kaquan.ticket t
   set state = coalesce(greatest(f.state, case t.state when 'expired' then t.state end), t.state),
       holder = coalesce(f.holder, t.holder), code = coalesce(f.code, t.code)
  from fresh f
 where t.request_id = f.request_id and t.template_id = f.template_id
   and (t.state, t.holder, t.code) is distinct from
       (coalesce(greatest(f.state, case t.state when 'expired' then t.state end), t.state), coalesce(f.holder, t.holder), coalesce(f.code, t.code))
