-- What was signed lately, the newest fill first; of the template with the key $1, or of all (null)?
--   -> fill, title, epoch, cards, seconds, per_second, age_s, reason
select b.fill, t.title, b.epoch, b.cards, round(b.seconds::numeric, 2) as seconds, coalesce(b.cards / nullif(b.seconds, 0), 0) as per_second,
       extract(epoch from clock_timestamp() - b.committed_at)::float8 as age_s, b.reason
  from kaquan.batch b join kaquan.template t on t.id = b.template_id
 where $1::text is null or t.key = $1
 order by b.fill desc
 limit 50
