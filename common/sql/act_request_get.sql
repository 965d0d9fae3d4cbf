-- A request as it is shown to whom it waits for, the person $2.
-- -> noun, verb, params, person, reason, state, command (as it was typed), sealed, lines (of its input), waits (for this person, too)
select r.noun, r.verb, r.params::text as params, r.person, r.reason, r.state, r.sealed,
       concat_ws(' ', r.noun, r.verb,
                 (select string_agg(a.word, ' ') from jsonb_array_elements_text(r.params -> 'arguments') a (word)),
                 (select string_agg('--' || o.key || coalesce('=' || nullif(o.value, ''), ''), ' ')
                    from jsonb_each_text(r.params -> 'options') o where o.key not in ('reason', 'confirm'))) as command,
       regexp_count(r.params ->> 'input', '[^\n]+') as lines,
       r.state = 'waiting' and split_part(r.person, '@', 1) <> split_part($2::text, '@', 1) as waits
  from kaquan.act_request r where r.id = $1
