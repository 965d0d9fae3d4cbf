-- The first line of [{n, code, argument}] ($2) that cannot be: no ticket of the template, a code twice, or a new code that
-- another ticket has.    -> n, code, why
with l as (
  select l.n, l.code, l.argument ->> 'new_code' as new_code, count(*) over (partition by l.code) as times,
         count(*) over (partition by l.argument ->> 'new_code') as new_times
    from jsonb_to_recordset($2::jsonb) as l (n integer, code text, argument jsonb))
select l.n, l.code,
       case when t.request_id is null then format('no ticket of this template has the code')
            when l.times > 1 then format('the code is there more than once')
            when l.new_times > 1 then format('the new code is there more than once')
            else format('another ticket has the new code') end as why
  from l
  left join kaquan.ticket t on t.code = l.code and t.template_id = $1
  left join kaquan.ticket o on o.code = l.new_code and o.template_id = $1
 where t.request_id is null or l.times > 1 or l.new_code is not null and (l.new_times > 1 or o.request_id is not null)
 order by l.n limit 1
