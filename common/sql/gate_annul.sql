-- An entry (or a scan at an exit) that counts no more; no row when there is none, or not any more.    -> record, ago (seconds)
with gone as (
  update kaquan.ticket_scan s set annulled = true
    from kaquan.template t
   where t.key = $1 and s.template_id = t.id and s.scan_id = $2 and s.verdict in ('admitted', 'left') and not s.annulled
  returning s.*),
told as (
  insert into kaquan.ticket_event (request_id, template_id, kind, detail)
  select g.request_id, g.template_id, 'entry_annulled', jsonb_build_object('scan_id', g.scan_id, 'gate', g.gate, 'at', g.at)
    from gone g where g.request_id is not null)
select to_jsonb(g)::text as record, extract(epoch from now() - g.at)::double precision as ago from gone g
