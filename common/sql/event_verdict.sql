-- What pushes among these ($1) say of templates in review, as it was said.    -> card_id, kind, reason, seconds
select e.card_id, e.kind, e.detail ->> 'RefuseReason' as reason, extract(epoch from e.happened_at)::bigint as seconds
  from kaquan.applied_of($1) e
 where e.step is null
 order by e.happened_at, e.kind
