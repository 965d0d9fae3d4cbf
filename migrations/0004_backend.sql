-- The backend's interface: what a mini program's backend may call, and nothing else. Outcomes are a closed list; an
-- exception is raised only for a caller's fault (KQ4xx, never worth a retry).
--   ok                the card is in card_ext
--   pending           being signed; come again with card_get() after retry_after
--   empty             no card now (card_get, card_renew: this request id has claimed none)
--   expired           no card that would live long enough; with a code: ask card_renew()
--   not_open          not approved, paused, or outside the selling window
--   sold_out          the stock is used up
--   unknown_template  no such template, or not for this login
--   conflict          this request id was used with another openid

set local search_path = kaquan, pg_catalog, pg_temp;

-- What claim, get and renew answer: one row. A type of its own, because a call that has to work out the types of six OUT
-- parameters takes a fourth of the time of an empty function.
create type card_answer as (
  outcome text,
  card_id text,
  card_ext text,
  code text,
  valid_until timestamptz,
  retry_after interval
);

-- A cardExt from its pattern; outer_str is the first 8 bytes of `public_id`. Plain SQL expressions: callers inline them.
create function card_ext(pattern text, code text, nonce bytea, signature bytea, public_id bytea) returns text
language sql stable parallel safe as $$
  select pg_catalog.format(pattern, code, pg_catalog.encode(nonce, 'hex'), pg_catalog.encode(signature, 'hex'),
                           pg_catalog.left(pg_catalog.encode(public_id, 'hex'), 16))
$$;

create function card_ext(code text, openid text, signed_at bigint, quote text, nonce bytea, signature bytea,
    public_id bytea) returns text
language sql stable parallel safe as $$
  select kaquan.card_ext(kaquan.card_pattern(code is not null, openid, signed_at, quote), code, nonce, signature, public_id)
$$;

-- What a ticket that exists answers: its card while that lives long enough and its epoch was not revoked.
create function ticket_outcome(claimed_by text, asked_by text, signature bytea, valid_until timestamptz, epoch integer,
    margin interval, revoked_epoch bigint) returns text
language sql volatile as $$
  select case when asked_by operator(pg_catalog.<>) claimed_by then 'conflict'
              when pg_catalog.octet_length(signature) operator(pg_catalog.=) 0 then 'pending'
              when epoch operator(pg_catalog.<=) revoked_epoch
                or pg_catalog.clock_timestamp() operator(pg_catalog.>=) (valid_until operator(pg_catalog.-) margin) then 'expired'
              else 'ok' end
$$;

-- Refuses what only a faulty caller sends.
create function check_caller(template text, request_id text, openid text) returns void
language plpgsql stable security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  if coalesce(template, '') = '' or coalesce(request_id, '') = '' then
    raise exception 'template and request_id are needed' using errcode = 'KQ400';
  end if;
  if octet_length(template) > 40 or octet_length(request_id) > 64 or octet_length(openid) > 64 then
    raise exception 'template takes at most 40 bytes, request_id and openid at most 64' using errcode = 'KQ401';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'cards are claimed in READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
      using errcode = 'KQ402', hint = 'call it outside of a transaction, or begin isolation level read committed';
  end if;
end $$;

-- A ticket whose card only the worker can sign: it is told, and the caller comes again with card_get().
create function renewal_queue(request_id text, template_id integer) returns interval
language plpgsql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  insert into kaquan.ticket_renewal as r (request_id, template_id)
    values (renewal_queue.request_id, renewal_queue.template_id)
    on conflict on constraint ticket_renewal_pkey do update set asked = true, wanted_at = least(r.wanted_at, now());
  perform pg_notify('kaquan_job', 'ticket_renew');
  return interval '1 s';
end $$;

-- Why a pool serves no card now, and when to come again. A claim that succeeds never comes here.
-- A bind_openid template has no pool: its ticket is born here, without a card, and the worker signs for this openid.
create function claim_refusal(template_id integer, request_id text, openid text, out outcome text, out retry_after interval)
language plpgsql volatile security definer set search_path = pg_catalog, kaquan, pg_temp
-- Its callers have it off: then a look at the small table `site` seems so dear that the server compiles it (JIT, 50 ms).
set enable_seqscan = on as $$
#variable_conflict use_variable
declare
  p kaquan.pool;
  t kaquan.template;
  scale double precision;
  moment timestamptz := clock_timestamp();
begin
  select * into p from kaquan.pool x where x.template_id = claim_refusal.template_id;
  if not found then
    outcome := 'unknown_template';
    return;
  end if;
  select * into t from kaquan.template x where x.id = claim_refusal.template_id;
  select s.time_scale into scale from kaquan.site s;
  retry_after := interval '1 s' / least(scale, 10);
  if moment < t.sale_from then
    outcome := 'not_open';
    retry_after := t.sale_from - moment;
  elsif p.usable_from = 'infinity' or moment >= t.sale_until then
    outcome := 'not_open';
    retry_after := interval '60 s' / scale;
  elsif p.code_source in ('bound', 'bound_uncoded') then
    if (openid ~ '^[0-9A-Za-z_-]{1,32}$') is not true then -- it is written into the cardExt
      raise exception 'this template binds an openid: pass the one of the official account, at most 32 letters and digits'
        using errcode = 'KQ403';
    end if;
    insert into kaquan.ticket (request_id, template_id, openid, epoch, signed_at, valid_until, state, nonce, signature, public_id)
      values (request_id, template_id, openid, 0, 0, '-infinity', 'claiming', '', '', substr(uuid_send(gen_random_uuid()), 9, 8));
    outcome := 'pending';
    retry_after := kaquan.renewal_queue(request_id, template_id);
  elsif p.fill is null then
    outcome := 'empty';
  elsif p.final and kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal) = 0 then
    outcome := 'sold_out';
    retry_after := null;
  elsif moment < p.usable_from then -- the database's clock went back behind the fill
    outcome := 'expired';
    retry_after := p.usable_from - moment;
  elsif moment > p.usable_until then -- with a `fixed` api_ticket the next one comes when this one has ended
    outcome := 'expired';
    if p.epoch > p.revoked_epoch then
      retry_after := greatest(p.valid_until - moment, retry_after);
    end if;
  else
    outcome := 'empty';
  end if;
end $$;

-- What a ticket of pool `p` answers to its request id.
create function card_again(p kaquan.pool, t kaquan.ticket, openid text) returns kaquan.card_answer
language plpgsql volatile as $$
#variable_conflict use_variable
declare
  outcome text;
begin
  outcome := kaquan.ticket_outcome(t.openid, openid, t.signature, t.valid_until, t.epoch, p.margin, p.revoked_epoch);
  if outcome <> 'ok' then
    return row(outcome, p.card_id, null, case when outcome <> 'conflict' then t.code end, null,
               case when outcome <> 'conflict' then interval '1 s' end)::kaquan.card_answer;
  end if;
  -- Under synchronous replication a replay must wait for the standby like the claim it repeats.
  if current_setting('synchronous_standby_names') <> '' then
    perform pg_logical_emit_message(true, 'kaquan', 'replay');
  end if;
  return row('ok', p.card_id,
    -- A code that WeChat chose is known later; it never was part of the signature.
    kaquan.card_ext(case when p.code_source in ('generated', 'imported', 'bound') then t.code end,
                    case when p.code_source in ('bound', 'bound_uncoded') then t.openid end, t.signed_at, p.timestamp_quote,
                    t.nonce, t.signature, coalesce(t.public_id, t.nonce)),
    t.code, t.valid_until, null)::kaquan.card_answer;
end $$;

-- card_claim() and card_renew() read card number n of the pool p into c through static branches over the slots: a plan for
-- each slot, no dynamic SQL. The branches are written here, as a tree of comparisons, in place of {{card}}. Whole rows are
-- read, because a query pays for every column of its result; all slots have the columns of pool_card_00.
create function kaquan.card_branches(low integer, high integer) returns text
language sql as $$
  select case when high - low = 1 then
      format('select * into c from kaquan.pool_card_%s x where x.ordinal = n;', lpad(low::text, 2, '0'))
    else format(E'if p.slot < %s then %s\nelse %s\nend if;', (low + high) / 2,
      kaquan.card_branches(low, (low + high) / 2), kaquan.card_branches((low + high) / 2, high)) end
$$;

do $make$
begin
execute replace($function$
-- Takes one ready card of `template` for `request_id`, exactly once: the same request id gets the same card again, byte
-- for byte, until card_renew() succeeds. `openid` (of the mini program) is kept with the ticket; a request id that comes
-- back with another one is a `conflict`. card_ext is the string that wx.addCard takes.
-- A lost connection means an unknown outcome: ask again with the same request id. Never cancel a claim.
--
-- Calls with one request id are kept in line by an advisory lock of the transaction, which writes nothing: so the insert
-- needs no ON CONFLICT (48 bytes of WAL, 5 us), and a call that waited sees what became of the one before it.
-- A fresh claim then is four statements: the pool, the ticket if there is one, the card, the new ticket.
-- enable_seqscan is off because a plan made while a table was small stays in a session's cache while the table grows.
create function kaquan.card_claim(template text, request_id text, openid text default null) returns kaquan.card_answer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  p kaquan.pool;
  t kaquan.ticket;
  c kaquan.pool_card_00;
  n bigint;
  answer kaquan.card_answer;
begin
  if pg_advisory_xact_lock(hashtextextended(request_id, 0)) is null
     or request_id = '' or greatest(octet_length(request_id), octet_length(openid)) > 64
     or current_setting('transaction_isolation') <> 'read committed' then
    perform kaquan.check_caller(template, request_id, openid);
  end if;
  loop
    p := x from kaquan.pool x where x.template_key = template and session_user = any (x.backends);
    t := x from kaquan.ticket x where x.request_id = card_claim.request_id and x.template_id = p.template_id;
    exit when t.request_id is not null;
    exit when (clock_timestamp() between p.usable_from and p.usable_until) is not true;
    n := nextval(p.cards);
    {{card}}
    -- The pool was read a moment ago: that the card is of its fill is certain only from the card.
    if c.fill = p.fill and p.code_source = 'generated' then
      insert into kaquan.ticket (request_id, template_id, code, openid, epoch, signed_at, valid_until, nonce, signature)
        values (request_id, p.template_id, c.code, openid, p.epoch, p.signed_at, p.valid_until, c.nonce, c.signature);
    elsif c.fill = p.fill then
      insert into kaquan.ticket (request_id, template_id, code, openid, epoch, signed_at, valid_until, nonce, signature)
        values (request_id, p.template_id, c.code, openid, p.epoch, p.signed_at, p.valid_until, c.nonce, c.signature)
        on conflict do nothing; -- an imported code may be a ticket already: then the next card
      continue when not found;
      if p.code_source = 'wechat' then
        insert into kaquan.ticket_outer (public_id, request_id, template_id)
          values (substr(c.nonce, 1, 8), request_id, p.template_id);
      end if;
    else -- drawn past the end, or the slot went to another fill since the pool was read: look again if there is one
      perform from kaquan.pool x where x.template_id = p.template_id and x.fill <> p.fill;
      continue when found;
      exit;
    end if;
    return row('ok', p.card_id, kaquan.card_ext(p.card_pattern, c.code, c.nonce, c.signature, c.nonce), c.code,
               p.valid_until, null)::kaquan.card_answer;
  end loop;

  if t.request_id is not null then
    -- A card of the present fill is answered here: what the pool row says is true of it, too. Twice as fast as the rest.
    if t.signed_at = p.signed_at and t.valid_until = p.valid_until and clock_timestamp() < p.usable_until
       and (t.openid <> openid) is not true and current_setting('synchronous_standby_names') = '' then
      return row('ok', p.card_id, kaquan.card_ext(p.card_pattern, t.code, t.nonce, t.signature, coalesce(t.public_id, t.nonce)),
                 t.code, t.valid_until, null)::kaquan.card_answer;
    end if;
    return kaquan.card_again(p, t, openid);
  end if;
  perform kaquan.check_caller(template, request_id, openid);
  answer.card_id := p.card_id;
  select r.outcome, r.retry_after into answer.outcome, answer.retry_after
    from kaquan.claim_refusal(p.template_id, request_id, openid) r;
  return answer;
end $$;
$function$, '{{card}}', kaquan.card_branches(0, 64));

execute replace($function$
-- A fresh signature for the ticket of `request_id` (same code). At once from the pool when the card carries no code, else
-- `pending`: the worker signs, and card_get() has the new card after retry_after.
create function kaquan.card_renew(template text, request_id text) returns kaquan.card_answer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  p kaquan.pool;
  t kaquan.ticket;
  c kaquan.pool_card_00;
  n bigint;
  answer kaquan.card_answer;
begin
  perform kaquan.check_caller(template, request_id, null);
  for attempt in 1..5 loop
    p := x from kaquan.pool x where x.template_key = template and session_user = any (x.backends);
    if p.template_id is null then
      answer.outcome := 'unknown_template';
      return answer;
    end if;
    answer.card_id := p.card_id;
    t := x from kaquan.ticket x
      where x.request_id = card_renew.request_id and x.template_id = p.template_id for update;
    if t.request_id is null then
      answer.outcome := 'empty';
      return answer;
    end if;
    answer.code := t.code;
    if p.code_source <> 'wechat' then
      answer.outcome := 'pending';
      answer.retry_after := kaquan.renewal_queue(request_id, p.template_id);
      return answer;
    end if;
    -- The row of the ticket may have been waited for: only now is the clock asked.
    exit when (clock_timestamp() between p.usable_from and p.usable_until) is not true;
    n := nextval(p.cards);
    exit when n > p.last_ordinal;
    {{card}}
    if c.fill = p.fill then
      update kaquan.ticket x set (epoch, signed_at, valid_until, nonce, signature, public_id) =
          (p.epoch, p.signed_at, p.valid_until, c.nonce, c.signature, coalesce(t.public_id, t.nonce))
        where x.request_id = card_renew.request_id and x.template_id = p.template_id;
      insert into kaquan.ticket_event (request_id, template_id, kind) values (request_id, p.template_id, 'renewed');
      return row('ok', p.card_id,
        kaquan.card_ext(null, null, p.signed_at, p.timestamp_quote, c.nonce, c.signature, coalesce(t.public_id, t.nonce)),
        t.code, p.valid_until, null)::kaquan.card_answer;
    end if;
  end loop;
  select r.outcome, r.retry_after into answer.outcome, answer.retry_after
    from kaquan.claim_refusal(p.template_id, request_id, null) r;
  return answer;
end $$;
$function$, '{{card}}', kaquan.card_branches(0, 64));
end $make$;
drop function card_branches;

-- The row of card_claim() again, without claiming. `pending` while a renewal waits for the worker.
create function card_get(template text, request_id text) returns kaquan.card_answer
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  p kaquan.pool;
  t kaquan.ticket;
  answer kaquan.card_answer;
begin
  perform kaquan.check_caller(template, request_id, null);
  p := x from kaquan.pool x where x.template_key = template and session_user = any (x.backends);
  answer.card_id := p.card_id;
  if p.template_id is null then
    answer.outcome := 'unknown_template';
    return answer;
  end if;
  t := x from kaquan.ticket x where x.request_id = card_get.request_id and x.template_id = p.template_id;
  if t.request_id is null then
    answer.outcome := 'empty';
    return answer;
  end if;
  answer := kaquan.card_again(p, t, null);
  if exists (select from kaquan.ticket_renewal r where r.request_id = card_get.request_id and r.template_id = p.template_id
                  and r.asked) then
    answer := row('pending', p.card_id, null, answer.code, null, interval '1 s')::kaquan.card_answer;
  end if;
  return answer;
end $$;

-- How full the pool of a template is: cards ready, until when they may be handed out, the rate of claims since this fill
-- was opened, and the minutes they last at that rate (null: no claims yet). Counts nothing: two numbers of a sequence.
create function pool_level(template text,
    out ready bigint, out valid_until timestamptz, out claims_per_minute double precision, out minutes_left double precision)
language plpgsql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  p kaquan.pool;
begin
  perform kaquan.check_caller(template, 'pool_level', null);
  select * into p from kaquan.pool x where x.template_key = template and session_user = any (x.backends);
  if not found or p.fill is null then
    ready := 0;
    return;
  end if;
  valid_until := p.usable_until;
  ready := case when clock_timestamp() < p.usable_until then kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal) else 0 end;
  claims_per_minute := (p.last_ordinal - p.first_ordinal + 1 - kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal))
    * 60 / greatest(extract(epoch from clock_timestamp() - p.opened_at), 1);
  minutes_left := ready / nullif(claims_per_minute, 0);
end $$;

do $own$
declare
  f regprocedure;
begin
  foreach f in array array['check_caller(text, text, text)', 'claim_refusal(integer, text, text)', 'renewal_queue(text, integer)',
      'card_claim(text, text, text)', 'card_renew(text, text)', 'card_get(text, text)',
      'card_again(kaquan.pool, kaquan.ticket, text)', 'pool_level(text)', 'card_ext(text, text, bytea, bytea, bytea)', 'card_ext(text, text, bigint, text, bytea, bytea, bytea)',
      'ticket_outcome(text, text, bytea, timestamptz, integer, interval, bigint)']::regprocedure[] loop
    execute format('alter function %s owner to kaquan_fn_claim', f);
    execute format('revoke all on function %s from public', f);
  end loop;
end $own$;

grant select on pool, template, site to kaquan_fn_claim;
grant select, insert, update on ticket to kaquan_fn_claim;
grant insert on ticket_outer, ticket_event to kaquan_fn_claim;
grant select, insert, update on ticket_renewal to kaquan_fn_claim;
grant execute on function pool_ready to kaquan_fn_claim;
grant execute on function card_claim, card_renew, card_get, pool_level to kaquan_backend;
grant execute on function card_ext(text, text, bigint, text, bytea, bytea, bytea), card_ext(text, text, bytea, bytea, bytea)
  to kaquan_worker;
grant usage on type card_answer to kaquan_backend, kaquan_fn_claim;

