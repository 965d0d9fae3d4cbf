-- The rule of the template with a key, as text; moments as they are typed, in the event's zone.    -> one column for each field, template_id, record (for the audit log)
select r.template_id, coalesce(r.entries::text, 'none') as entries, coalesce(r.per_day::text, 'none') as per_day,
       coalesce(r.per_gate::text, 'none') as per_gate, coalesce(kaquan.shown_time(r.first_at, r.zone), 'none') as first_at,
       coalesce(kaquan.shown_time(r.last_at, r.zone), 'none') as last_at,
       coalesce(to_char(r.opens, 'HH24:MI-') || to_char(r.closes, 'HH24:MI'), 'none') as hours,
       coalesce(nullif(array_to_string(r.exit_gates, ','), ''), 'none') as exit_gates,
       case when r.exits_count then 'on' else 'off' end as exits_count, to_jsonb(r)::text as record
  from kaquan.gate_rule r where r.template_key = $1
