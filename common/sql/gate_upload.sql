-- Keeps scans that gates took while they were cut off: objects of a JSON list, in their order.
-- -> line, outcome (new, known, conflict, or why it was not kept), reason
select x.line, u.outcome, u.reason
  from jsonb_to_recordset($1::jsonb) as x (line integer, at double precision, template text, code text, gate text,
                                           scan_id text, admitted boolean)
 cross join lateral kaquan.scan_upload(x.template, x.code, x.gate, x.scan_id, to_timestamp(x.at), x.admitted) u
