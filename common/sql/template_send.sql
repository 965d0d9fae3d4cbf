-- A template that is about to be created at WeChat; what it was before tells whether an earlier attempt was cut off.
-- -> account_id, key, title, card_type, body, was
with old as (select t.id, t.status from kaquan.template t where t.id = $1 for update)
update kaquan.template t
   set status = 'sending', submitted_at = case when old.status = 'sending' then t.submitted_at else now() end, updated_at = now()
  from old
 where t.id = old.id and old.status in ('draft', 'sending')
returning t.account_id, t.key, t.title, t.card_type, t.body::text as body, old.status as was,
          extract(epoch from t.submitted_at)::bigint as submitted_at
