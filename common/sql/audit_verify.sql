-- Computes the chain of the audit log again, in order.    -> rows, head (the last hash), broken (the first row that does not fit, or
-- null), why
with chain as (
  select a.id, a.hash, a.previous, lag(a.hash) over (order by a.id) as before,
         sha256(coalesce(a.previous, '') || convert_to(jsonb_build_array(extract(epoch from a.at), a.who, a.person, a.action,
                a.object, a.before, a.after, a.reason)::text, 'UTF8')) as computed
    from kaquan.audit_log a),
broken as (
  select c.id, case when c.hash is distinct from c.computed then format('this row was changed')
                    else format('a row before this one is missing, or was changed with its hash') end as why
    from chain c where c.hash is distinct from c.computed or c.previous is distinct from c.before order by c.id limit 1)
select (select count(*) from chain) as rows, (select encode(c.hash, 'hex') from chain c order by c.id desc limit 1) as head,
       (select b.id from broken b) as broken, (select b.why from broken b) as why
