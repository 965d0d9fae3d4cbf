-- A template whose validity at WeChat has ended is like one whose sale has: nothing is signed for it, no claim is served, and its
-- pool says why. And what a job deposits can be looked at part by part.

set local search_path = kaquan, pg_catalog, pg_temp;

-- --- the end of a template ---

-- As before; and no claim is served once WeChat would refuse every card of the template.
create or replace function pool_copy(template_id integer) returns void
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
                          then least(t.sale_until, v.ends_at, p.valid_until - p.margin)
                          else '-infinity' end
    from kaquan.template t
    join kaquan.account a on a.id = t.account_id
    left join kaquan.template_validity v on v.template_id = t.id
    where p.template_id = pool_copy.template_id and t.id = p.template_id;
end $$;

create function template_validity_copy() returns trigger
language plpgsql security definer set search_path = pg_catalog, kaquan, pg_temp as $$
begin
  perform kaquan.pool_copy(new.template_id);
  return null;
end $$;
alter function template_validity_copy() owner to kaquan_fn_work;
grant select on template_validity to kaquan_fn_work, kaquan_fn_claim;
create trigger pool_copy after insert or update of ends_at on template_validity for each row execute function template_validity_copy();
select pool_copy(v.template_id) from template_validity v where v.ends_at is not null order by v.template_id;

-- A claim that finds no card to serve is told the same as after the sale.
do $extend$
declare
  was text := pg_get_functiondef('kaquan.claim_refusal'::regproc);
  line text := 'elsif p.usable_from = ''infinity'' or moment >= t.sale_until then';
begin
  if position(line in was) = 0 then
    raise exception 'claim_refusal() is not as it is expected';
  end if;
  execute replace(was, line, $more$elsif p.usable_from = 'infinity' or moment >= t.sale_until
        or moment >= (select v.ends_at from kaquan.template_validity v where v.template_id = p.template_id) then$more$);
end $extend$;

-- As before; a template that has ended takes no fill.
create or replace view pool_status as
select t.id as template_id, t.key as template, t.account_id, a.key as account, t.title, t.status, t.paused,
       p.slot, p.fill, p.epoch, p.valid_until, p.usable_until, p.opened_at, p.final,
       coalesce(p.last_ordinal - p.first_ordinal + 1, 0) as signed,
       case when clock_timestamp() < p.usable_until
            then kaquan.pool_ready(p.cards, p.first_ordinal, p.last_ordinal) else 0 end as ready,
       t.pool_target, t.pool_low, t.stock, nullif(rest.stock, 'infinity')::bigint as stock_left,
       rate.per_minute,
       least(greatest(t.pool_target, ceil(1.2 * rate.per_minute * greatest(0,
               extract(epoch from h.valid_until - clock_timestamp()) / 60))), rest.stock)::bigint as wanted,
       c.epoch as credential_epoch,
       t.status = 'approved' and not t.paused and a.enabled and not t.bind_openid and c.epoch > p.revoked_epoch
         and h.valid_until - p.margin > clock_timestamp()
         and coalesce(least(t.sale_until, v.ends_at), 'infinity') > clock_timestamp() as fillable
  from template t
  join account a on a.id = t.account_id
  join pool p on p.template_id = t.id
  join credential c on c.account_id = t.account_id and c.kind = 'api_ticket'
  left join credential_history h on (h.account_id, h.kind, h.epoch) = (c.account_id, c.kind, c.epoch)
  left join template_validity v on v.template_id = t.id
  cross join lateral (select kaquan.claim_rate(t.id) as per_minute) rate
  cross join lateral (select kaquan.stock_left(t.id, t.stock) as stock) rest;

create or replace view pool_forecast as
select s.*, t.code_mode, p.code_source, codes_left(s.template_id) as codes_left,
       concat_ws(' .. ', coalesce(date_trunc('minute', t.sale_from)::text, case when t.sale_until is not null then 'now' end),
                 date_trunc('minute', t.sale_until)) as sale,
       case when s.status <> 'approved' then 'not approved'
            when clock_timestamp() >= v.ends_at then 'ended'
            when s.paused then 'paused'
            when clock_timestamp() < t.sale_from then 'before sale'
            when clock_timestamp() >= t.sale_until then 'after sale'
            when s.ready = 0 and s.stock_left = 0 then case when s.fill is null then 'no stock' else 'sold out' end
            when s.ready = 0 then 'empty'
            when s.ready < least(s.pool_low, s.wanted) then 'low'
            else 'open' end as state,
       case when s.ready < s.per_minute * 525600
            then clock_timestamp() + make_interval(mins => 1) * (s.ready / s.per_minute) end as empty_at,
       case when isfinite(s.usable_until) then s.usable_until end as epoch_ends_at,
       case when s.stock_left < s.per_minute * 525600
            then clock_timestamp() + make_interval(mins => 1) * (s.stock_left / s.per_minute) end as stock_ends_at
  from pool_status s
  join template t on t.id = s.template_id
  join pool p on p.template_id = s.template_id
  left join template_validity v on v.template_id = s.template_id;

-- --- parts of a deposit ---

alter table code_part
  add column sent_at timestamptz, -- when its last call of card/code/deposit was begun; null: before this was kept
  add column errcode integer,     -- of the last call, when WeChat did not carry it out
  add column said text;           -- and its words, or what failed on the way
alter table code_part alter column sent_at set default clock_timestamp();

-- The parts that a job had in hand: those that were open in its time.
create view job_part as
select j.id as job_id, p.id as part,
       case when p.confirmed_at is null then case when p.said is null then 'waiting' else 'failing' end
            when p.confirmed = 0 then 'rejected' else 'done' end as state,
       cardinality(p.codes) as codes_open, p.confirmed, p.sends, p.sent_at, p.confirmed_at, p.errcode, p.said
  from job j
  join code_part p on p.template_id = j.template_id and p.recorded_at <= coalesce(j.finished_at, 'infinity')
   and coalesce(p.confirmed_at, 'infinity') >= j.created_at
 where j.kind = 'code_deposit';

grant select on job_part to kaquan_worker, kaquan_operator, kaquan_auditor, kaquan_monitor;
