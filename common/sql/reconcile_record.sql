-- What WeChat said of some codes of a template ($1) in a comparison ($2): [{request_id, code, kind, ours, holder, theirs,
-- openid}] ($5), without kind where it agrees. The next tickets come behind $3 (null: there are none); $4 were looked at.
-- A ticket that changed meanwhile is not judged.
with said as (
  select distinct on (s.code) s.*
    from jsonb_to_recordset($5::jsonb)
      as s (request_id text, code text, kind text, ours text, holder text, theirs text, openid text)
   order by s.code, s.request_id),
agreed as (
  update kaquan.ticket_drift d set repaired_at = now(), repair = 'agrees again'
    from said s
   where d.template_id = $1 and d.code = s.code and d.repaired_at is null and s.kind is null),
drift as (
  insert into kaquan.ticket_drift as d (template_id, request_id, code, kind, ours, holder, theirs, openid)
  select $1, s.request_id, s.code, s.kind, s.ours, s.holder, s.theirs, s.openid
    from said s
   where s.kind is not null
     and case when s.request_id is null
              then not exists (select from kaquan.ticket t where t.code = s.code and t.template_id = $1)
                   and not exists (select from kaquan.ticket_past_code p where p.code = s.code and p.template_id = $1)
              else exists (select from kaquan.ticket t where t.request_id = s.request_id and t.template_id = $1
                              and t.state::text = s.ours) end
  on conflict (template_id, code) where repaired_at is null do update
    set request_id = excluded.request_id, kind = excluded.kind, ours = excluded.ours, holder = excluded.holder,
        theirs = excluded.theirs, openid = excluded.openid, seen_at = now(),
        repair = case when d.kind = excluded.kind then d.repair end
  returning 1)
update kaquan.ticket_reconcile r
   set place = $3, looked = r.looked + $4, drifts = r.drifts + (select count(*) from drift),
       ended_at = case when $3::text is null or r.looked + $4 >= r.most then now() end
 where r.template_id = $1 and r.run = $2
