-- Minutes older than site.keep_minutes become one row a day with the same sums: tickets are counted by them.
with old as (
  delete from kaquan.stat_minute m using kaquan.site s
   where m.minute < date_trunc('day', now() - s.keep_minutes, s.event_zone)
     and m.minute <> date_trunc('day', m.minute, s.event_zone)
  returning m.*, date_trunc('day', m.minute, s.event_zone) as day)
insert into kaquan.stat_minute as d (template_id, minute, claims, adds, entries, signed)
select o.template_id, o.day, sum(o.claims), sum(o.adds), sum(o.entries), sum(o.signed) from old o group by 1, 2
on conflict (template_id, minute) do update set (claims, adds, entries, signed) =
  (d.claims + excluded.claims, d.adds + excluded.adds, d.entries + excluded.entries, d.signed + excluded.signed)
