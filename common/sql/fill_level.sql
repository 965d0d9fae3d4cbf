-- What is left of imported codes when a fill ends: what was free when it began ($2; $3 were imported then) and what came since;
-- or the $4 on its cards, when it found no more ($5) and none came since.
update kaquan.code_level l set free = case when $5 and l.imported = $3 then $4 else $2 + l.imported - $3 end
 where l.template_id = $1
