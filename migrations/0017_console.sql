-- What consoles show: whose database this is.

set local search_path = kaquan, pg_catalog, pg_temp;

-- "PROD gz-main": in the header of every console and in every question. One that begins with PROD is production.
alter table site add column environment text not null default '' check (length(environment) <= 40);
