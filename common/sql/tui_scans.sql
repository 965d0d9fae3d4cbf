-- The newest scans, refused ones too. `at` has a small index that finds and does not sort: the time to look at is as short as
-- 200 scans allow.    -> id, at, template, code, gate, verdict, entries, notes, scan_id, annulled, help
with span (since) as materialized (
  select case when (select count(*) from (select from kaquan.ticket_scan s where s.at > now() - interval '15 min' limit 200) x) = 200
              then now() - interval '15 min'
              when (select count(*) from (select from kaquan.ticket_scan s where s.at > now() - interval '1 day' limit 200) x) = 200
              then now() - interval '1 day' else '-infinity' end)
select t.key || ' ' || s.scan_id as id, s.at, t.key as template, s.code, s.gate, s.verdict, s.entries, s.scan_id, s.annulled,
       concat_ws(' ', case when s.annulled then 'annulled' end, case when s.uploaded then 'uploaded' end,
                 s.conflict::text) as notes, r.help
  from kaquan.ticket_scan s join kaquan.template t on t.id = s.template_id
  join kaquan.gate_reason r on r.reason = s.verdict
 where s.at > (select p.since from span p)
 order by s.at desc, s.scan_id desc
 limit 200
