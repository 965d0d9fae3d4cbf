-- Where tickets and WeChat differ, of a template or of all; $2: those that are repaired.
--    -> id, template, request_id, code, kind, ours, holder, theirs, openid, found_at, seen_at, repaired_at, repair
select d.id, tp.key as template, d.request_id, d.code, d.kind, d.ours, d.holder, d.theirs, d.openid,
       date_trunc('second', d.found_at) as found_at, date_trunc('second', d.seen_at) as seen_at,
       date_trunc('second', d.repaired_at) as repaired_at, d.repair
  from kaquan.ticket_drift d join kaquan.template tp on tp.id = d.template_id
 where ($1::text is null or tp.key = $1) and (d.repaired_at is not null) = $2
 order by d.id desc limit $3
