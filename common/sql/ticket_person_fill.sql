-- Notes whose the tickets are that were claimed within an hour from $1 on.    -> next (null: up to $2, all is noted)
with noted as (
  insert into kaquan.ticket_person (person, request_id, template_id)
  select t.openid, t.request_id, t.template_id from kaquan.ticket t
   where t.claimed_at >= $1::timestamptz and t.claimed_at < $1::timestamptz + interval '1 h' and t.openid is not null
  on conflict do nothing),
mark as (
  update kaquan.ticket_person_mark set seen_until = greatest(seen_until, least($1::timestamptz + interval '1 h', $2::timestamptz)))
select case when $1::timestamptz + interval '1 h' < $2::timestamptz then ($1::timestamptz + interval '1 h')::text end as next
