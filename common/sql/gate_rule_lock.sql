-- Nobody else changes the rule of the template with a key meanwhile.
select from kaquan.gate_rule r where r.template_key = $1 for update
