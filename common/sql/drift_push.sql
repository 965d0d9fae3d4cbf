-- The pushes that never came, for drifts that end with a step ([{id, step}]), at the time when WeChat told.    -> ids
with push as (
  insert into kaquan.wx_event (account_id, digest, payload, state, step, happened_at, openid, card_id, code, detail,
                               template_id, request_id, applied_at, note)
  select tp.account_id, sha256(convert_to('drift ' || d.id, 'UTF8')), '', 'applied', r.step, d.seen_at, d.openid, tp.card_id,
         d.code, jsonb_build_object('drift', d.id), d.template_id, d.request_id, now(), 'no push: seen by ticket reconcile'
    from jsonb_to_recordset($1::jsonb) as r (id bigint, step text)
    join kaquan.ticket_drift d on d.id = r.id and d.repaired_at is null
    join kaquan.template tp on tp.id = d.template_id
   where r.step is not null
   order by d.id
  returning id)
select coalesce(array_agg(p.id), '{}')::text as ids from push p
