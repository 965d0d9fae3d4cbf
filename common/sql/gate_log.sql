-- Scans of the template with a key, or of all, and of one code, newest first, at most $3; of the last $4 (null: all).
select date_trunc('second', s.at) as at, t.key as template, s.code, s.gate, s.verdict, s.entries, s.conflict, s.annulled,
       s.uploaded, s.scan_id, r.help
  from kaquan.ticket_scan s join kaquan.template t on t.id = s.template_id
  join kaquan.gate_reason r on r.reason = s.verdict
 where ($1::text is null or t.key = $1)
   and ($2::text is null or s.code = $2 -- found by its tickets, or among the scans that have none
        and (s.request_id = any (array(select k.request_id from kaquan.ticket k where k.code = $2
                                        union all select p.request_id from kaquan.ticket_past_code p where p.code = $2))
             or s.request_id is null))
   and ($4::interval is null or s.at > now() - $4::interval)
 order by s.at desc, s.scan_id desc limit $3
