-- Sets the field named $2 of a template's rule; the others stay as they are.    -> record
update kaquan.gate_rule r set
  entries = case $2::text when 'entries' then nullif($3::text, 'none')::integer else r.entries end,
  per_day = case $2 when 'per_day' then nullif($3, 'none')::integer else r.per_day end,
  per_gate = case $2 when 'per_gate' then nullif($3, 'none')::integer else r.per_gate end,
  first_at = case $2 when 'first_at' then kaquan.typed_time(nullif($3, 'none')) else r.first_at end,
  last_at = case $2 when 'last_at' then kaquan.typed_time(nullif($3, 'none')) else r.last_at end,
  opens = case $2 when 'hours' then nullif(split_part($3, '-', 1), 'none')::time else r.opens end,
  closes = case $2 when 'hours' then nullif(split_part($3, '-', 2), '')::time else r.closes end,
  exit_gates = case $2 when 'exit_gates' then coalesce(string_to_array(nullif($3, 'none'), ','), '{}') else r.exit_gates end,
  exits_count = case $2 when 'exits_count' then $3::boolean else r.exits_count end
where r.template_id = $1
returning to_jsonb(r)::text as record
