#include "member.h"

#include <string.h>

/* Rules of the schema as queries that must find nothing (reliability.md 1.1). `breaks` breaks the rule, to see that
 * the query would notice. */
struct gate {
    const char *rule;
    const char *count; /* how many break it */
    const char *breaks;
};

#define OURS "'kaquan'::regnamespace"
#define IS_PUBLIC "grantee = 0"
#define OWNERS "('kaquan_owner', 'kaquan_fn_claim', 'kaquan_fn_work', 'kaquan_fn_admin')"
#define FUNCTION "create function kaquan.bad() returns int language sql "

/* clang-format off */
static const struct gate gates[] = {
    {"a security definer function pins its search_path, pg_temp last",
     "select count(*) from pg_proc where pronamespace = " OURS " and prosecdef and not exists"
     " (select from unnest(coalesce(proconfig, '{}')) as s where s ~ '^search_path=.*[ ,=]\"?pg_temp\"?$')",
     FUNCTION "security definer set search_path = pg_temp, kaquan return 1"},
    {"nobody but those we name executes a function",
     "select count(*) from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
     " where pronamespace = " OURS " and " IS_PUBLIC,
     FUNCTION "return 1"}, /* made by the superuser: the default privileges are those of our roles */
    {"nobody but those we name reads or writes a table, view or sequence",
     "select count(*) from pg_class, aclexplode(relacl) where relnamespace = " OURS " and " IS_PUBLIC,
     "create table kaquan.bad (); grant select on kaquan.bad to public"},
    {"nobody but those we name reads or writes a column",
     "select count(*) from pg_class c join pg_attribute on attrelid = c.oid, aclexplode(attacl)"
     " where relnamespace = " OURS " and " IS_PUBLIC,
     "create table kaquan.bad (x int); grant select (x) on kaquan.bad to public"},
    {"nobody but those we name uses the schema",
     "select count(*) from pg_namespace, aclexplode(nspacl) where oid = " OURS " and " IS_PUBLIC,
     "grant usage on schema kaquan to public"},
    {"nobody makes things in schema public",
     "select count(*) from pg_namespace, aclexplode(nspacl)"
     " where nspname = 'public' and privilege_type = 'CREATE' and " IS_PUBLIC,
     "grant create on schema public to public"},
    {"only the owner makes things in our schema, and kaquan_fn_work the keys of slots",
     "select count(*) from pg_namespace, aclexplode(nspacl)"
     " where oid = " OURS " and privilege_type = 'CREATE' and"
     " grantee not in ('kaquan_owner'::regrole, 'kaquan_fn_work'::regrole)",
     "grant create on schema kaquan to kaquan_fn_claim"},
    {"nobody but those we name connects to the database or makes temporary tables",
     "select count(*) from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))"
     " where datname = current_database() and " IS_PUBLIC,
     "do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$"},
    {"no role of ours has power over the cluster",
     "select count(*) from pg_roles where rolname like 'kaquan%'"
     " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
     "alter role kaquan_worker createrole"},
    {"no role of ours has a password",
     "select count(*) from pg_authid where rolname like 'kaquan%' and rolpassword is not null",
     "alter role kaquan_worker password 'hush'"},
    {"only the migrator becomes the owner, and has to say so",
     "select count(*) from pg_auth_members join pg_roles m on m.oid = member where roleid = 'kaquan_owner'::regrole"
     " and (m.rolname <> 'kaquan_migrator' or m.rolinherit or admin_option)",
     "grant kaquan_owner to kaquan_worker"},
    {"only the owner is a member of a function role",
     "select count(*) from pg_auth_members join pg_roles f on f.oid = roleid where f.rolname like 'kaquan_fn_%'"
     " and (member <> 'kaquan_owner'::regrole or admin_option)",
     "grant kaquan_fn_work to kaquan_worker"},
    {"a table, view or sequence belongs to the owner or a function role",
     "select count(*) from pg_class join pg_roles r on r.oid = relowner"
     " where relnamespace = " OURS " and rolname not in " OWNERS,
     "create table kaquan.bad ()"},
    {"a function or type belongs to the owner or a function role",
     "select count(*) from (select proowner from pg_proc where pronamespace = " OURS
     " union all select typowner from pg_type where typnamespace = " OURS ") as o (owner)"
     " join pg_roles r on r.oid = owner where rolname not in " OWNERS,
     FUNCTION "return 1"},
    {"a backend reads and writes no table, view or sequence",
     "select count(*) from pg_class where relnamespace = " OURS " and relkind in ('r', 'p', 'v', 'm') and"
     " has_table_privilege('kaquan_backend', oid, 'select, insert, update, delete, truncate, references, trigger')",
     "create table kaquan.bad (); grant insert on kaquan.bad to kaquan_backend"},
    {"a backend uses no sequence",
     "select count(*) from pg_class where relnamespace = " OURS " and case when relkind = 'S' then"
     " has_sequence_privilege('kaquan_backend', oid, 'usage, select, update') end",
     "create sequence kaquan.bad; grant usage on sequence kaquan.bad to kaquan_backend"},
    {"an auditor and a monitor write nothing",
     "select count(*) from pg_class c cross join (values ('kaquan_auditor'), ('kaquan_monitor')) r (name)"
     " where relnamespace = " OURS " and relkind in ('r', 'p', 'v', 'm') and"
     " (has_table_privilege(r.name, c.oid, 'delete, truncate') or has_any_column_privilege(r.name, c.oid, 'insert, update'))",
     "grant update (margin) on kaquan.site to kaquan_auditor"},
    {"what is sealed is read by the worker alone",
     "select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid and attname in ('secret', 'sealed', 'aes_key')"
     " cross join (values ('kaquan_operator'), ('kaquan_auditor'), ('kaquan_monitor'), ('kaquan_backend'), ('kaquan_gate')) r (name)"
     " where relnamespace = " OURS " and has_column_privilege(r.name, c.oid, a.attnum, 'select')",
     "grant select on kaquan.credential to kaquan_operator"},
};
/* clang-format on */

static int64_t breakers(const struct gate *gate) {
    return test_number(NULL, "%s", gate->count);
}

TEST(every_rule_of_the_schema_holds) {
    for (size_t i = 0; i < ARRAY_LEN(gates); i++)
        if (breakers(&gates[i]) != 0)
            test_fail("%s: broken %d times", gates[i].rule, (int)breakers(&gates[i]));
}

TEST(every_rule_would_notice) {
    for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
        test_sql(NULL, "begin");
        test_sql(NULL, "%s", gates[i].breaks);
        if (breakers(&gates[i]) == 0)
            test_fail("%s: nothing noticed", gates[i].rule);
        test_sql(NULL, "rollback");
    }
}

/* Who may do what: w the worker, o operators, a auditors, m monitors. Whatever is not a row of the worker's alone is
 * planned and not run. */
static const struct right {
    const char *what, *statement, *who;
} rights[] = {
    {"see accounts", "select key, api_base, has_secret from kaquan.account", "woam"},
    {"see a whole account", "select * from kaquan.account", "w"},
    {"read a sealed AppSecret", "select secret from kaquan.account", "w"},
    {"read a sealed EncodingAESKey", "select aes_key from kaquan.account_callback", "w"},
    {"read a sealed token", "select sealed from kaquan.credential", "w"},
    {"read a sealed request", "select sealed from kaquan.act_request", "w"},
    {"read all that is sealed", "select from kaquan.sealed_value", "w"},
    {"read certificates", "select certificate from kaquan.worker_key", "woa"},
    {"say what secrets are sealed to", "insert into kaquan.worker_key (key_id, certificate) values ('k', 'c')", "w"},
    {"see the life of credentials", "select valid_until from kaquan.credential", "woam"},
    {"see their last trouble", "select last_text from kaquan.credential", "woa"},
    {"see when they are due", "select due_at from kaquan.credential_due", "woa"},
    {"write credentials and their leases", "update kaquan.credential set lease_owner = 'x'", "w"},
    {"write epochs", "update kaquan.credential_history set valid_until = now()", "w"},
    {"end an epoch", "select kaquan.epoch_revoke(1, 1, 'x')", "wo"},
    {"refresh credentials", "select kaquan.credential_retry(1, true)", "wo"},
    {"see tickets and persons", "select code, openid, holder from kaquan.ticket", "woa"},
    {"see a card's signature", "select signature from kaquan.ticket", "w"},
    {"count tickets", "select count(*) from kaquan.ticket where claimed_at > now() and template_id = 1", "woam"},
    {"make tickets", "insert into kaquan.ticket (request_id) values ('x')", "w"},
    {"write tickets", "update kaquan.ticket set state = 'void'", "w"},
    {"delete tickets", "delete from kaquan.ticket", ""},
    {"write steps of tickets",
     "insert into kaquan.ticket_event (request_id, template_id, kind) values ('x', 1, 'added')", "w"},
    {"see pushes", "select payload from kaquan.wx_event", "woa"},
    {"write pushes", "update kaquan.wx_event set state = 'new'", "w"},
    {"read pushes again", "select kaquan.event_replay(1, null, null)", "wo"},
    {"take a person out", "select kaquan.ticket_erase('x')", "wo"},
    {"see cards", "select from kaquan.pool_card_00", ""},
    {"write cards", "insert into kaquan.pool_card_00 (ordinal, fill, nonce, signature) values (1, 1, '', '')", "w"},
    {"fill pools", "select kaquan.fill_begin(1, 1, 1)", "w"},
    {"write slots", "update kaquan.pool_slot set fill = 1", ""},
    {"write pools", "update kaquan.pool set final = true", "w"},
    {"make pools",
     "insert into kaquan.pool (template_id, account_id, template_key, margin) values (1, 1, 'x', '1 s')", ""},
    {"see pools", "select ready from kaquan.pool_forecast", "woam"},
    {"see the audit log", "select after from kaquan.audit_log", "woa"},
    {"act, and tell the audit log", "select kaquan.audit_write('p', 'a', 'o', null, null, null)", "wo"},
    {"write the audit log past its chain",
     "insert into kaquan.audit_log (who, person, action, object, hash) values ('', '', '', '', '')", ""},
    {"change the audit log", "update kaquan.audit_log set reason = 'x'", ""},
    {"empty the audit log", "delete from kaquan.audit_log", ""},
    {"write a secret", "update kaquan.account set secret = '', secret_key_id = 'k', secret_set_at = now()", "wo"},
    {"say where secrets are sent", "update kaquan.account set api_base = 'https://x'", "w"},
    {"say it of a new account",
     "insert into kaquan.account (key, appid, api_base) values ('x', 'wx1234567890', 'https://x')", "w"},
    {"add an account", "insert into kaquan.account (key, appid, secret) values ('x', 'wx1234567890', '')", "wo"},
    {"write a template", "update kaquan.template set body = '{}', paused = true, pool_target = 1", "wo"},
    {"say what card it is", "update kaquan.template set card_id = 'x'", "w"},
    {"say what was sent", "insert into kaquan.template_revision (template_id, revision, body) values (1, 1, '{}')",
     "w"},
    {"import codes", "insert into kaquan.code_stock (template_id, code) values (1, 'x')", "wo"},
    {"say what codes are deposited", "update kaquan.code_stock set part = 1", "w"},
    {"queue jobs", "insert into kaquan.job (kind, account_id, template_id, params) values ('x', 1, 1, '{}')", "wo"},
    {"queue them in another's name", "insert into kaquan.job (kind, created_by) values ('x', 'y')", "w"},
    {"take jobs", "update kaquan.job set lease_owner = 'x', lease_until = now()", "w"},
    {"cancel jobs", "update kaquan.job set state = 'cancelled', finished_at = now()", "wo"},
    {"see what kinds of jobs rest", "select person, reason from kaquan.job_pause", "woam"},
    {"let kinds of jobs rest", "insert into kaquan.job_pause (kind, person, reason) values ('x', 'y', 'z')", "wo"},
    {"do it in another's name", "insert into kaquan.job_pause (kind, person, who) values ('x', 'y', 'z')", ""},
    {"let them go on", "delete from kaquan.job_pause", "wo"},
    {"beat as a worker",
     "insert into kaquan.worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('h', 1, '', '', 0)",
     "w"},
    {"act on tickets", "insert into kaquan.bulk_item (bulk_id, n, request_id, code) values (1, 1, 'x', 'x')", "wo"},
    {"say how that went", "update kaquan.bulk_item set errcode = 0", "w"},
    {"see times as they are typed", "select kaquan.shown_time(now(), 'UTC')", "woa"},
    {"write rules of gates", "update kaquan.gate_rule set entries = 1", "wo"},
    {"write whom gates are open to", "update kaquan.gate_rule set logins = '{}'", "w"},
    {"annul an entry", "select kaquan.gate_annul('x', 'y')", "wo"},
    {"annul it past the record", "update kaquan.ticket_scan set annulled = true", "w"},
    {"let a backend claim", "insert into kaquan.backend_grant (login, account_id) values ('x', 1)", "w"},
    {"let a gate admit", "insert into kaquan.gate_grant (login, account_id) values ('x', 1)", "w"},
    {"take that away", "delete from kaquan.backend_grant", "w"},
    {"ask for a reset of quotas",
     "insert into kaquan.quota_reset (account_id, month, person, interface) values (1, now(), 'x', '/x')", "wo"},
    {"say that it was sent", "update kaquan.quota_reset set sent_at = now()", "w"},
    {"let the worker ask WeChat", "select kaquan.wechat_ask_add(1, '/card/get', '{}', null, null, null)", "wo"},
    {"take the answer", "select kaquan.wechat_ask_take(1, false)", "wo"},
    {"see what others ask", "select from kaquan.wechat_ask", "w"},
    {"ask past the queue", "insert into kaquan.wechat_ask (account_id, endpoint) values (1, '/card/get')", ""},
    {"answer", "update kaquan.wechat_ask set answer = '{}'", "w"},
    {"take a card of WeChat's over",
     "select kaquan.template_adopt(1, 'x', 'GROUPON', '', '{}', 'wechat', false, 1, 'x', 'approved', 'x')", "wo"},
    {"learn a limit", "select kaquan.api_limit_learn(1, '/card/get', 1, 1)", "wo"},
    {"write limits", "update kaquan.api_limit set daily_limit = 1", "w"},
    {"set the site", "update kaquan.site set margin = '200 s'", "wo"},
    {"confirm a request", "update kaquan.act_request set state = 'confirmed'", "wo"},
    {"ask in another's name",
     "insert into kaquan.act_request (noun, verb, params, person, who) values ('', '', '{}', '', 'x')", "w"},
    {"migrate", "insert into kaquan.schema_migration (name, checksum) values ('x', 'x')", ""},
};

static bool may(const char *role, const char *statement) {
    AUTO_DB struct db *db = test_db(role);
    AUTO_BUF struct buf text = {0};
    struct err err = {0};

    buf_printf(&text, "explain %s", statement);
    const struct sql plan = {"right", buf_str(&text)};
    if (db_do0(db, &plan, &err))
        return true;
    if (strcmp(err.sqlstate, "42501") != 0)
        test_fail("%s: %s", statement, err.text);
    return false;
}

TEST(everybody_may_do_what_is_theirs_and_no_more) {
    static const struct {
        char letter;
        const char *login;
    } people[] = {{'w', "kaquan_worker"}, {'o', OPERATOR}, {'a', AUDITOR}, {'m', MONITOR}};

    test_members();
    for (size_t i = 0; i < ARRAY_LEN(rights); i++)
        for (size_t k = 0; k < ARRAY_LEN(people); k++)
            if (may(people[k].login, rights[i].statement) != (strchr(rights[i].who, people[k].letter) != NULL))
                test_fail("%s: %s", people[k].login, rights[i].what);
}

TEST(an_operator_does_not_become_somebody_else) {
    test_members();
    test_sql_refused(OPERATOR, "42501", "set role kaquan_worker");
    test_sql_refused(OPERATOR, "42501", "set role kaquan_owner");
    test_sql_refused(OPERATOR, "42501", "create table kaquan.mine ()");
    test_sql_refused(OPERATOR, "42501", "truncate kaquan.ticket");
}

TEST(what_is_missing_is_named_with_what_gives_it) {
    test_members();
    assert_string_equal(test_sql("kaquan_worker", "select kaquan.right_missing('insert job') is null"), "t");
    assert_string_equal(test_sql(OPERATOR, "select kaquan.right_missing('insert job') is null"), "t");
    assert_string_equal(test_sql(AUDITOR, "select kaquan.right_missing('insert job')"),
                        "grant kaquan_operator to " AUDITOR);
    assert_string_equal(test_sql(AUDITOR, "select kaquan.right_missing('execute gate_annul')"),
                        "grant kaquan_operator to " AUDITOR);
    assert_string_equal(test_sql(MONITOR, "select kaquan.right_missing('select ticket.code')"),
                        "grant kaquan_operator to " MONITOR);
    assert_string_equal(test_sql(OPERATOR, "select kaquan.right_missing('delete backend_grant')"),
                        "grant delete on kaquan.backend_grant to " OPERATOR);
    assert_string_equal(test_sql(OPERATOR, "select kaquan.right_missing('update account.api_base')"),
                        "grant update (api_base) on kaquan.account to " OPERATOR);
    assert_string_equal(test_sql(OPERATOR, "select kaquan.right_missing('execute fill_begin')"),
                        "grant execute on function kaquan.fill_begin to " OPERATOR);
}

TEST(a_new_function_of_ours_is_not_for_everybody) {
    test_sql("kaquan_owner", "create function kaquan.fresh() returns int language sql return 1");
    test_sql_refused("kaquan_worker", "42501", "select kaquan.fresh()");
    test_sql_refused("kaquan_backend", "42501", "select kaquan.fresh()");
    test_sql("kaquan_owner", "drop function kaquan.fresh()");
}

TEST(the_roles_may_be_made_again) {
    AUTO_DB struct db *db = test_db(NULL);
    struct err err = {0};

    test_sql(NULL, "alter role kaquan_monitor createdb; alter role kaquan_worker nologin");
    for (int i = 0; i < 2; i++)
        if (!migrate_roles(db, &migrations, &err))
            test_fail("%s", err.text);
    assert_string_equal(test_sql(NULL, "select rolcreatedb from pg_roles where rolname = 'kaquan_monitor'"), "f");
    assert_string_equal(test_sql(NULL, "select rolcanlogin from pg_roles where rolname = 'kaquan_worker'"), "f");
    test_sql(NULL, "alter role kaquan_worker login");
}

TEST(a_stranger_does_not_get_in) {
    test_sql(NULL, "drop role if exists stranger; create role stranger login");
    assert_string_equal(test_sql(NULL, "select has_database_privilege('stranger', current_database(), 'connect')"),
                        "f");
    assert_string_equal(test_sql(NULL, "select has_database_privilege('kaquan_worker', current_database(), 'temp')"),
                        "f");
    test_sql(NULL, "drop role stranger");
}

TEST(only_a_superuser_makes_roles) {
    AUTO_DB struct db *worker = test_db("kaquan_worker");
    struct err err = {0};

    assert_false(migrate_roles(worker, &migrations, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_of_the_schema_holds),
        cmocka_unit_test(every_rule_would_notice),
        cmocka_unit_test(everybody_may_do_what_is_theirs_and_no_more),
        cmocka_unit_test(an_operator_does_not_become_somebody_else),
        cmocka_unit_test(what_is_missing_is_named_with_what_gives_it),
        cmocka_unit_test(a_new_function_of_ours_is_not_for_everybody),
        cmocka_unit_test(the_roles_may_be_made_again),
        cmocka_unit_test(a_stranger_does_not_get_in),
        cmocka_unit_test(only_a_superuser_makes_roles),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
