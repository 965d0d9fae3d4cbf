-- Does WeChat let each host in for each account, and with which address did it see it? Hosts that live, or that it refused.
--   -> id, account, host, address (null: WeChat tells it only when it refuses), outcome (listed, refused, confirm, unknown, never), errcode,
--      text, checked_s (null: never), accepted_at, alive, again_s (null: it is not left alone)
select a.key || ' ' || h.host as id, a.key as account, h.host, e.address,
       case when w.errcode between 89501 and 89507 then 'confirm' else coalesce(w.outcome, 'never') end as outcome, nullif(w.errcode, 0) as errcode, w.text,
       extract(epoch from now() - w.checked_at)::float8 as checked_s, e.accepted_at, h.alive,
       extract(epoch from (select b.until_at from kaquan.host_block b
                            where (b.account_id, b.host) = (a.id, h.host) and b.until_at > now()) - now())::float8 as again_s
  from kaquan.account a
  cross join (select s.host, bool_or(s.alive) as alive
                from (select b.host, b.beat_at > now() - interval '10 min' as alive from kaquan.worker_heartbeat b
                      union all select g.host, false from kaquan.egress_address g) s group by s.host) h
  left join lateral (select w.outcome, w.errcode, w.text, w.checked_at from kaquan.whitelist_check w
                      where (w.account_id, w.host) = (a.id, h.host) order by w.id desc limit 1) w on true
  left join lateral (select g.address, g.accepted_at from kaquan.egress_address g
                      where (g.account_id, g.host) = (a.id, h.host) order by g.last_seen_at desc limit 1) e on true
 where a.enabled and a.has_secret and (h.alive or w.outcome is not null)
 order by array_position(array['refused', 'confirm'], case when w.errcode between 89501 and 89507 then 'confirm' else w.outcome end),
          not h.alive, a.key, h.host
 limit 200
