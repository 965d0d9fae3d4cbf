-- A claim looks at the pool, and when it finds no card the refusal looks once more to say why. A pool that is filled in between,
-- as at the end of every gap that a `fixed` api_ticket leaves, was called empty then; card_renew() even would have said that there
-- is no ticket. Now such a call begins anew: each time only after another switch, and never on the way of a claim that succeeds.

set local search_path = kaquan, pg_catalog, pg_temp;

do $again$
declare
  f record;
  was text;
  last text := E'r;\n  return answer;\n';
begin
  for f in select * from (values ('card_claim', 'template, request_id, openid'), ('card_renew', 'template, request_id')) v (name, arguments) loop
    was := pg_get_functiondef(('kaquan.' || f.name)::regproc);
    if array_length(string_to_array(was, last), 1) <> 2 then
      raise exception '%() is not as it is expected', f.name;
    end if;
    execute replace(was, last, format($more$r;
  if answer.outcome = 'empty' and exists (
      select from kaquan.pool x where x.template_id = p.template_id and x.fill is distinct from p.fill) then
    return kaquan.%s(%s);
  end if;
  return answer;
$more$, f.name, f.arguments));
  end loop;
end $again$;
