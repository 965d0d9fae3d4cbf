-- What happened to the tickets of a code, a request id or a person, in order; WeChat's times are
-- whole seconds, within one the rank of the step says what came first.    -> at, template, request_id, code, kind, detail
select s.at, tp.key as template, s.request_id, s.code, s.kind, s.detail::text as detail
  from kaquan.tickets_named($1) f
  join kaquan.template tp on tp.id = f.template_id
  cross join lateral (
    select t.claimed_at as at, t.request_id, null::text as code, 'claimed' as kind, '{}'::jsonb as detail
      from kaquan.ticket t where t.request_id = f.request_id and t.template_id = f.template_id
    union all
    select e.at, e.request_id, e.detail ->> 'code', e.kind, e.detail
      from kaquan.ticket_event e where e.request_id = f.request_id and e.template_id = f.template_id
    union all
    select c.at, c.request_id, c.code, 'gate_' || c.verdict, jsonb_strip_nulls(jsonb_build_object('gate', c.gate, 'scan_id', c.scan_id,
           'entries', c.entries, 'against', c.conflict, 'annulled', nullif(c.annulled, false)))
      from kaquan.ticket_scan c where c.request_id = f.request_id and c.template_id = f.template_id) s
  left join kaquan.ticket_step st on st.kind = s.kind
 where $2::text is null or tp.key = $2
 order by date_trunc('second', s.at), s.request_id, s.kind <> 'claimed', coalesce(st.rank, 9), s.at
 limit 10000
