-- The lives of an account's ($1) tokens and api_tickets over the last 12 hours of WeChat's time, 4 characters an hour: "-" one is
-- alive, "|" a new one came, "x" one was revoked, "." none is alive, " " nothing was known yet.
--   -> kind, epoch, left_s, due_s (null: never by itself), streak, life
with clock as materialized (
    select clock_timestamp() as now, interval '15 min' / s.time_scale as step from kaquan.site s
)
select c.kind, c.epoch, extract(epoch from c.valid_until - t.now)::float8 as left_s,
       case when d.due_at < 'infinity' then greatest(0, extract(epoch from greatest(d.due_at, t.now) - t.now))::float8 end as due_s,
       c.fail_streak as streak,
       (select string_agg(case when v.revoked then 'x' when v.came then '|' when v.alive then '-' when v.begun then '.' else ' ' end, ''
                          order by n desc)
          from generate_series(1, 48) n
          cross join lateral (
              select bool_or(h.revoked_at > f.at and h.revoked_at <= f.at + t.step) as revoked,
                     bool_or(h.first_seen_at > f.at and h.first_seen_at <= f.at + t.step) as came,
                     bool_or(h.first_seen_at <= f.at and coalesce(h.revoked_at, h.ended_at, h.valid_until) > f.at) as alive,
                     bool_or(h.first_seen_at <= f.at) as begun
                from (select t.now - n * t.step as at) f cross join (
                      select l.* from kaquan.credential_history l where (l.account_id, l.kind) = (c.account_id, c.kind)
                       order by l.epoch desc limit 40) h) v) as life
  from clock t cross join kaquan.credential c join kaquan.account a on a.id = c.account_id and a.key = $1
  join kaquan.credential_due d on d.account_id = c.account_id and d.kind = c.kind
 order by c.kind
