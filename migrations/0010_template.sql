-- Templates after they were made: what WeChat has of them, and changes of their stock.

set local search_path = kaquan, pg_catalog, pg_temp;

-- What WeChat answered last about a template (card/get), in the form of template.body.
create table template_live (
  template_id integer primary key references template,
  body jsonb not null,
  wechat_status text not null,
  seen_at timestamptz not null default now()
);

-- A change of a stock is written down before it is sent: WeChat would carry a repeated one out twice.
create table template_stock_change (
  id bigint generated always as identity primary key,
  template_id integer not null references template,
  change bigint not null check (change <> 0),
  total_before bigint,                            -- WeChat's total_quantity just before it was sent
  state text not null default 'queued'
    check (state in ('queued', 'sent', 'done', 'refused', 'unclear')), -- sent: nobody knows yet whether it arrived
  reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- One at a time.
create unique index template_stock_change_open on template_stock_change (template_id) where state in ('queued', 'sent');

insert into schedule (kind, every) values ('template_follow', '1 h');

grant select, insert, update on template_live, template_stock_change to kaquan_worker;
grant select on template_live, template_stock_change, template_revision to kaquan_operator, kaquan_auditor, kaquan_monitor;
