-- Stops handing out cards of a template.    -> record
update kaquan.template t set paused = true, version = t.version + 1, updated_at = now() where t.id = $1
returning to_jsonb(t)::text as record
