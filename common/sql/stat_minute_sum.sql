-- Counts claims, adds and entries of the last $1 seconds again, by the full minute: a transaction may commit late, a push or
-- a gate's upload come late, an entry be annulled.
with seen as (
  select t.template_id, date_trunc('minute', t.claimed_at) as minute, count(*) as claims, 0 as adds, 0 as entries
    from kaquan.ticket t
   where t.claimed_at >= date_trunc('minute', now() - make_interval(secs => $1))
   group by 1, 2
  union all
  select e.template_id, date_trunc('minute', e.at), 0, count(*), 0
    from kaquan.ticket_event e
   where e.at >= date_trunc('minute', now() - make_interval(secs => $1)) and e.kind = 'added'
   group by 1, 2
  union all
  select s.template_id, date_trunc('minute', s.at), 0, 0, count(*)
    from kaquan.ticket_scan s
   where s.at >= date_trunc('minute', now() - make_interval(secs => $1)) and s.verdict = 'admitted' and not s.annulled
   group by 1, 2
  union all -- what was counted and is not there any more
  select m.template_id, m.minute, 0, 0, 0
    from kaquan.stat_minute m where m.minute >= date_trunc('minute', now() - make_interval(secs => $1))),
sums as (select s.template_id, s.minute, sum(s.claims) as claims, sum(s.adds) as adds, sum(s.entries) as entries from seen s group by 1, 2)
insert into kaquan.stat_minute as m (template_id, minute, claims, adds, entries)
select s.template_id, s.minute, s.claims, s.adds, s.entries
  from sums s left join kaquan.stat_minute k on k.template_id = s.template_id and k.minute = s.minute
 where (k.claims, k.adds, k.entries) is distinct from (s.claims, s.adds, s.entries)
 order by 1, 2 -- two who count at once lock in one order, and nothing that stays as it is
on conflict (template_id, minute) do update set (claims, adds, entries) = (excluded.claims, excluded.adds, excluded.entries)
