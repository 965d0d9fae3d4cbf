-- Scans of the template with a key, or of all, and of one code, newest first; at most $3.
select date_trunc('second', s.at) as at, t.key as template, s.code, s.gate, s.verdict, s.entries, s.conflict, s.annulled,
       s.uploaded, s.scan_id, r.help
  from kaquan.ticket_scan s join kaquan.template t on t.id = s.template_id
  join kaquan.gate_reason r on r.reason = s.verdict
 where ($1::text is null or t.key = $1) and ($2::text is null or s.code = $2)
 order by s.at desc, s.scan_id desc limit $3
