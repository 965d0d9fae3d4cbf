#include "harness.h"

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
        cmocka_unit_test(a_new_function_of_ours_is_not_for_everybody),
        cmocka_unit_test(the_roles_may_be_made_again),
        cmocka_unit_test(a_stranger_does_not_get_in),
        cmocka_unit_test(only_a_superuser_makes_roles),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
