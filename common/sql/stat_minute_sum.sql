-- Counts the claims of the last ten full minutes and the present one again: a claim's transaction may commit late.
with seen as (
  select t.template_id, date_trunc('minute', t.claimed_at) as minute, count(*) as claims
    from kaquan.ticket t
   where t.claimed_at >= date_trunc('minute', now()) - interval '10 min'
   group by 1, 2)
insert into kaquan.stat_minute as m (template_id, minute, claims)
select s.template_id, s.minute, s.claims from seen s
on conflict (template_id, minute) do update set claims = excluded.claims where m.claims is distinct from excluded.claims
