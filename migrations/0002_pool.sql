-- Card slots, and how they are filled and switched. design: slots are plain tables, each leased to one (template, fill)
-- at a time; a fill takes a free slot, writes it in one transaction and opens it by one UPDATE of the pool row.

set local search_path = kaquan, pg_catalog, pg_temp;

-- 64 slots. The sequences are never reset: setval survives a rollback, and a number drawn late must never fit a new fill.
do $$
begin
  for slot in 0..63 loop
    execute format('create table kaquan.pool_card_%1$s (
      ordinal bigint not null,
      fill integer not null,
      code text collate "C",
      nonce bytea not null,
      signature bytea not null
    ) with (autovacuum_enabled = off)', lpad(slot::text, 2, '0'));
    execute format('create sequence kaquan.pool_card_%s_next', lpad(slot::text, 2, '0'));
    execute format('alter table kaquan.pool_card_%s owner to kaquan_fn_work', lpad(slot::text, 2, '0'));
    execute format('alter sequence kaquan.pool_card_%s_next owner to kaquan_fn_work', lpad(slot::text, 2, '0'));
    execute format('grant select on kaquan.pool_card_%s to kaquan_fn_claim', lpad(slot::text, 2, '0'));
    execute format('grant insert on kaquan.pool_card_%s to kaquan_worker', lpad(slot::text, 2, '0'));
    execute format('grant usage on sequence kaquan.pool_card_%s_next to kaquan_fn_claim', lpad(slot::text, 2, '0'));
    insert into kaquan.pool_slot (slot) values (slot);
  end loop;
end $$;

-- The table of a slot, and its sequence.
create function slot_table(slot integer) returns regclass
language sql stable strict parallel safe set search_path = pg_catalog, kaquan, pg_temp as
$$ select ('kaquan.pool_card_' || lpad(slot::text, 2, '0'))::regclass $$;

create function slot_sequence(slot integer) returns regclass
language sql stable strict parallel safe set search_path = pg_catalog, kaquan, pg_temp as
$$ select ('kaquan.pool_card_' || lpad(slot::text, 2, '0') || '_next')::regclass $$;

-- Cards of a pool that nobody has drawn yet.
create function pool_ready(cards regclass, first_ordinal bigint, last_ordinal bigint) returns bigint
language sql volatile security definer set search_path = pg_catalog, kaquan, pg_temp as
$$ select case when cards is null then 0 else
     greatest(0, last_ordinal - greatest(coalesce(pg_sequence_last_value(cards), 0), first_ordinal - 1)) end $$;
alter function pool_ready owner to kaquan_fn_work;

-- The one place where a cardExt is written: the keys that were signed (wechat-card-api.md 20.1), and outer_str. A pattern
-- for format() with places for 1 code, 2 nonce_str, 3 signature, 4 outer_str; the rest is the same for all cards of a fill.
create function card_pattern(coded boolean, openid text, signed_at bigint, quote text) returns text
language sql stable parallel safe as $$
  select pg_catalog.format('{%s%s"timestamp":%s%s%s,"nonce_str":"%%2$s","signature":"%%3$s","outer_str":"%%4$s"}',
    case when coded then '"code":"%1$s",' end,
    case when openid is not null then pg_catalog.format('"openid":"%s",', openid) end, quote, signed_at, quote)
$$;

-- Keeps the copies in the pool row, and from them the span in which a claim is served. Called whenever template, account,
-- site or grants change; locks the pool row, as a fill's switch does.
create function pool_copy(template_id integer) returns void
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  -- First the row, then what is copied into it: two changes at once take turns, and the second reads what the first wrote.
  perform from kaquan.pool p where p.template_id = pool_copy.template_id for update;
  insert into kaquan.pool as p
      (template_id, account_id, template_key, card_id, backends, timestamp_quote, margin, code_source)
    select t.id, t.account_id, t.key, t.card_id,
           array(select g.login from kaquan.backend_grant g where g.account_id = t.account_id),
           case when s.timestamp_quoted then '"' else '' end, s.margin / s.time_scale,
           case when t.bind_openid and t.code_mode = 'merchant' then 'bound' when t.bind_openid then 'bound_uncoded'
                when t.code_mode = 'merchant' then 'generated' else 'wechat' end
      from kaquan.template t, kaquan.site s where t.id = pool_copy.template_id
    on conflict on constraint pool_pkey do update set
      (template_key, card_id, backends, timestamp_quote, margin, code_source) =
      (excluded.template_key, excluded.card_id, excluded.backends, excluded.timestamp_quote, excluded.margin,
       -- `imported` is what a fill with imported codes made of `generated`
       case when p.code_source = 'imported' and excluded.code_source = 'generated' then 'imported'
            else excluded.code_source end);
  update kaquan.pool p set
      card_pattern = kaquan.card_pattern(p.code_source in ('generated', 'imported'), null, p.signed_at, p.timestamp_quote),
      usable_from = case when t.status = 'approved' and not t.paused and a.enabled
                         then greatest(coalesce(t.sale_from, '-infinity'), p.opened_at - interval '60 s')
                         else 'infinity' end,
      usable_until = case when p.epoch > p.revoked_epoch
                          then least(coalesce(t.sale_until, 'infinity'), p.valid_until - p.margin)
                          else '-infinity' end
    from kaquan.template t join kaquan.account a on a.id = t.account_id
    where p.template_id = pool_copy.template_id and t.id = p.template_id;
end $$;

create function pool_copy_changed() returns trigger
language plpgsql set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  -- A change for many templates waits for those being made, which it could not see, and they for it.
  if tg_table_name <> 'template' then
    perform pg_advisory_xact_lock(hashtext('kaquan.pool_copy'));
  elsif tg_op = 'INSERT' then
    perform pg_advisory_xact_lock_shared(hashtext('kaquan.pool_copy'));
  end if;
  case tg_table_name
    when 'template' then perform kaquan.pool_copy(new.id);
    when 'account' then
      perform kaquan.pool_copy(t.id) from kaquan.template t where t.account_id = new.id order by t.id;
    when 'backend_grant' then
      perform kaquan.pool_copy(t.id) from kaquan.template t
        where t.account_id = case tg_op when 'DELETE' then old.account_id else new.account_id end order by t.id;
    when 'site' then perform kaquan.pool_copy(t.id) from kaquan.template t order by t.id;
  end case;
  return null;
end $$;
create trigger pool_copy after insert or update on template for each row execute function pool_copy_changed();
create trigger pool_copy after update of enabled on account for each row execute function pool_copy_changed();
create trigger pool_copy after insert or delete on backend_grant for each row execute function pool_copy_changed();
create trigger pool_copy after update on site for each row execute function pool_copy_changed();

-- Reserves `count` running numbers for generated codes and returns the first. One after the other: the lock is held for
-- these two calls only, not until the transaction ends, and nothing between them can fail.
create function code_run_take(count bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  first bigint;
begin
  perform pg_advisory_lock(hashtextextended('kaquan.code_run', 0));
  if count between 1 and 1000000000
     and coalesce(pg_sequence_last_value('kaquan.code_run'), 0) + count < 34359738367 then
    first := nextval('kaquan.code_run');
    perform setval('kaquan.code_run', first + count);
  end if;
  perform pg_advisory_unlock(hashtextextended('kaquan.code_run', 0));
  if first is null then
    raise exception 'there are no % running numbers for codes', count using errcode = 'KQ411';
  end if;
  return first;
end $$;
alter function code_run_take owner to kaquan_fn_work;

-- Takes a slot for a fill of `template_id` in `epoch`, empties it and says how to number the cards. In the same
-- transaction the worker COPYs the cards (freeze) and calls fill_commit(); a rollback leaves the slot as it was.
-- KQ501: no slot is free (a claim in an open transaction may still hold one): wait and try again.
-- KQ502: the epoch is over or was revoked.
create function fill_begin(template_id integer, epoch bigint, cards bigint,
    out slot integer, out fill integer, out first_ordinal bigint, out signed_at bigint, out first_run bigint,
    out card_id text, out previous_fill integer, out bucket integer, out buckets integer)
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  candidate integer;
  tried integer[] := '{}';
begin
  select t.card_id, p.fill, s.bucket, s.buckets into card_id, previous_fill, bucket, buckets
    from kaquan.template t join kaquan.pool p on p.template_id = t.id, kaquan.site s
    where t.id = fill_begin.template_id;
  perform from kaquan.credential_history h join kaquan.pool p on p.account_id = h.account_id
    where p.template_id = fill_begin.template_id and h.kind = 'api_ticket' and h.epoch = fill_begin.epoch
      and h.revoked_at is null and h.valid_until > clock_timestamp();
  if not found then
    raise exception 'epoch % is over or was revoked', epoch using errcode = 'KQ502';
  end if;
  loop -- one by one: a cursor would lock more slots than are looked at
    select ps.slot into candidate from kaquan.pool_slot ps
      where ps.template_id is null and ps.slot <> all (tried)
      order by ps.filled_at nulls first, ps.slot limit 1 for update skip locked;
    exit when not found;
    tried := tried || candidate;
    begin -- a claim that somebody keeps open holds its slot's lock: take another slot, never wait
      execute format('lock table %s in access exclusive mode nowait', kaquan.slot_table(candidate));
      slot := candidate;
      exit;
    exception when lock_not_available then
      null;
    end;
  end loop;
  if slot is null then
    raise exception 'no card slot is free' using errcode = 'KQ501',
      hint = 'claims left in open transactions hold slots; see pg_stat_activity for idle in transaction';
  end if;
  if exists (select from pg_constraint k where k.conrelid = kaquan.slot_table(slot) and k.contype = 'p') then
    execute format('alter table %s drop constraint pool_card_%s_key', kaquan.slot_table(slot), lpad(slot::text, 2, '0'));
  end if;
  execute format('truncate %s', kaquan.slot_table(slot));
  fill := nextval('kaquan.pool_fill_number');
  first_ordinal := coalesce(pg_sequence_last_value(kaquan.slot_sequence(slot)), 0) + 1;
  signed_at := extract(epoch from clock_timestamp())::bigint;
  first_run := kaquan.code_run_take(greatest(cards, 1));
end $$;
alter function fill_begin owner to kaquan_fn_work;

-- Adds the key, opens the slot to claims in place of the one before and gives that one back. `cards` were copied.
-- KQ503: another fill of this template came first. KQ502: the epoch was revoked meanwhile.
create function fill_commit(template_id integer, slot integer, fill integer, epoch bigint, signed_at bigint,
    first_ordinal bigint, cards bigint, previous_fill integer, final boolean, reason text, host text, began double precision)
  returns void
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
declare
  life timestamptz;
begin
  execute format('alter table %s add constraint pool_card_%s_key primary key (ordinal)',
                 kaquan.slot_table(slot), lpad(slot::text, 2, '0'));
  -- FOR SHARE: epoch_revoke() waits for us, or we see what it did.
  select h.valid_until into life
    from kaquan.credential_history h join kaquan.pool p on p.account_id = h.account_id
    where p.template_id = fill_commit.template_id and h.kind = 'api_ticket' and h.epoch = fill_commit.epoch
      and h.revoked_at is null
    for share of h;
  if not found then
    raise exception 'epoch % was revoked during the fill', epoch using errcode = 'KQ502';
  end if;
  update kaquan.pool_slot ps set template_id = null where ps.template_id = fill_commit.template_id;
  update kaquan.pool_slot ps set (template_id, fill, filled_at) = (fill_commit.template_id, fill_commit.fill, clock_timestamp())
    where ps.slot = fill_commit.slot;
  update kaquan.pool p set
      slot = fill_commit.slot, cards = kaquan.slot_sequence(fill_commit.slot), fill = fill_commit.fill,
      previous_fill = fill_commit.previous_fill, epoch = fill_commit.epoch, signed_at = fill_commit.signed_at,
      first_ordinal = fill_commit.first_ordinal, last_ordinal = fill_commit.first_ordinal + fill_commit.cards - 1,
      valid_until = life, opened_at = clock_timestamp(), final = fill_commit.final
    where p.template_id = fill_commit.template_id and p.fill is not distinct from fill_commit.previous_fill
      and coalesce(p.epoch, 0) <= fill_commit.epoch;
  if not found then
    raise exception 'another fill of this template came first' using errcode = 'KQ503';
  end if;
  perform kaquan.pool_copy(template_id);
  insert into kaquan.batch (fill, template_id, epoch, slot, cards, reason, host, seconds)
    values (fill, fill_commit.template_id, fill_commit.epoch, slot, cards, reason, host,
            extract(epoch from clock_timestamp()) - began);
  insert into kaquan.stat_minute as s (template_id, minute, signed)
    values (fill_commit.template_id, date_trunc('minute', clock_timestamp()), cards)
    on conflict on constraint stat_minute_pkey do update set signed = s.signed + excluded.signed;
end $$;
alter function fill_commit owner to kaquan_fn_work;

-- Ends an epoch of an account at once: after it commits no claim returns a card of this epoch or one before it.
create function epoch_revoke(account_id bigint, epoch bigint, reason text) returns void
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  update kaquan.credential_history h set revoked_at = clock_timestamp(), revoke_reason = reason,
      ended_at = coalesce(h.ended_at, clock_timestamp())
    where h.account_id = epoch_revoke.account_id and h.kind = 'api_ticket' and h.epoch <= epoch_revoke.epoch
      and h.revoked_at is null;
  update kaquan.pool p set
      revoked_epoch = greatest(p.revoked_epoch, epoch_revoke.epoch),
      usable_until = case when p.epoch <= epoch_revoke.epoch then '-infinity' else p.usable_until end
    where p.account_id = epoch_revoke.account_id and p.revoked_epoch < epoch_revoke.epoch;
end $$;
alter function epoch_revoke owner to kaquan_fn_work;

grant select, insert, update on pool, pool_slot, batch, stat_minute, credential_history to kaquan_fn_work;
grant select on template, account, site, backend_grant to kaquan_fn_work;
grant usage, select, update on sequence pool_fill_number, code_run to kaquan_fn_work;
grant execute on function card_pattern to kaquan_fn_claim, kaquan_fn_work, kaquan_worker, kaquan_owner;
grant execute on function slot_table, slot_sequence, pool_ready, pool_copy to kaquan_fn_work, kaquan_worker, kaquan_owner;
grant execute on function code_run_take, fill_begin, fill_commit, epoch_revoke to kaquan_worker;

