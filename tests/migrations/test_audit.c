/* audit_write(): the log that only grows. */
#include "scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORKER "kaquan_worker"

static void write_row(const char *session, const char *object) {
    test_sql(session, "select kaquan.audit_write('li@desk', 'change', '%s', '{\"a\": 1}', '{\"a\": 2}', 'because')",
             object);
}

/* Rows whose hash is not that of the row and the hash before it: recomputed here, from what the log shows. */
static int64_t broken_links(void) {
    return test_number(
        NULL,
        "select count(*) from (select a.*, lag(a.hash) over (order by a.id) as head from kaquan.audit_log a) a"
        " where a.previous is distinct from a.head or a.hash is distinct from"
        " sha256(coalesce(a.head, '') || convert_to(jsonb_build_array(extract(epoch from a.at), a.who, a.person,"
        " a.action, a.object, a.before, a.after, a.reason)::text, 'UTF8'))");
}

static int64_t rows(void) {
    return test_number(NULL, "select count(*) from kaquan.audit_log");
}

TEST(a_row_says_who_did_what_and_why) {
    write_row(WORKER, "account one");
    assert_string_equal(test_sql(NULL, "select concat_ws(' ', who, person, action, object, before, after, reason)"
                                       " from kaquan.audit_log order by id desc limit 1"),
                        "kaquan_worker li@desk change account one {\"a\": 1} {\"a\": 2} because");
    assert_true(
        test_number(
            NULL,
            "select count(*) from kaquan.audit_log where at > now() - interval '1 min' and at <= clock_timestamp()") >
        0);
}

TEST(the_login_is_written_and_not_the_role_it_acts_as) {
    test_sql(NULL, "do $$ begin if not exists (select from pg_roles where rolname = 'kaquan_test_li')"
                   " then create role kaquan_test_li login in role kaquan_operator; end if; end $$");
    test_sql("kaquan_test_li", "set role kaquan_operator");
    write_row("kaquan_test_li", "role");
    assert_string_equal(test_sql(NULL, "select who from kaquan.audit_log order by id desc limit 1"),
                        "kaquan_test_li");
}

TEST(the_chain_verifies) {
    for (int i = 0; i < 20; i++)
        write_row(i % 2 ? WORKER : "kaquan_operator", "chain");
    test_sql(WORKER, "select kaquan.audit_write('', '', '', null, null, null)");
    test_sql(
        WORKER,
        "select kaquan.audit_write('王', 'x', repeat('长', 1000), '[1.50, {\"b\": null}]', null, E'two\\nlines')");
    test_sql(WORKER, "set timezone = 'Asia/Shanghai'; set datestyle = 'SQL, DMY'; set extra_float_digits = 0");
    write_row(WORKER, "other settings");
    test_sql_close(WORKER);
    assert_true(rows() >= 23);
    assert_int_equal(broken_links(), 0);
}

static bool write_many(int number, void *context UNUSED) {
    char object[32];

    for (int i = 0; i < 20; i++) {
        snprintf(object, sizeof(object), "writer %d", number);
        write_row(WORKER, object);
    }
    return true;
}

/* Red without the lock on the chain. */
TEST(the_chain_of_many_writers_verifies) {
    int64_t before = rows();

    test_clients(8, write_many, NULL);
    assert_int_equal(rows(), before + 8 * 20);
    assert_int_equal(broken_links(), 0);
    assert_int_equal(test_number(NULL, "select count(*) - count(distinct hash) from kaquan.audit_log"), 0);
}

/* Whoever gets past the triggers is seen. */
TEST(a_changed_or_missing_row_breaks_the_chain) {
    static const char *const changes[] = {
        "update kaquan.audit_log set person = 'nobody' where id = (select min(id) + 2 from kaquan.audit_log)",
        "update kaquan.audit_log set at = at + interval '1 s' where id = (select min(id) + 2 from kaquan.audit_log)",
        "update kaquan.audit_log set after = null where id = (select min(id) + 2 from kaquan.audit_log)",
        "delete from kaquan.audit_log where id = (select min(id) + 2 from kaquan.audit_log)",
    };

    for (int i = 0; i < 5; i++)
        write_row(WORKER, "change me");
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        test_sql(NULL, "begin; set local session_replication_role = replica");
        test_sql(NULL, "%s", changes[i]);
        assert_true(broken_links() > 0);
        test_sql(NULL, "rollback");
    }
    assert_int_equal(broken_links(), 0);
}

TEST(nobody_changes_or_empties_the_log) {
    static const char *const attempts[] = {"update kaquan.audit_log set reason = 'other'",
                                           "delete from kaquan.audit_log", "truncate kaquan.audit_log"};
    static const char *const roles[] = {WORKER, "kaquan_operator", "kaquan_auditor", "kaquan_fn_admin",
                                        "kaquan_backend"};
    int64_t before;

    write_row(WORKER, "stays");
    before = rows();
    for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
        test_sql_refused(NULL, "KQ410", "%s", attempts[i]); /* even the superuser, by accident */
        test_sql_refused("kaquan_owner", "KQ410", "%s", attempts[i]);
        for (size_t j = 0; j < ARRAY_LEN(roles); j++)
            test_sql_refused(roles[j], "42501", "%s", attempts[i]);
    }
    assert_int_equal(rows(), before);
}

TEST(rows_come_only_through_the_function) {
    test_sql_refused(
        WORKER, "42501",
        "insert into kaquan.audit_log (who, person, action, object, hash) values ('x', 'x', 'x', 'x', '')");
    test_sql_refused(
        "kaquan_operator", "42501",
        "insert into kaquan.audit_log (who, person, action, object, hash) values ('x', 'x', 'x', 'x', '')");
    test_sql_refused("kaquan_auditor", "42501", "select kaquan.audit_write('x', 'x', 'x', null, null, null)");
    test_sql_refused("kaquan_backend", "42501", "select kaquan.audit_write('x', 'x', 'x', null, null, null)");
    assert_string_equal(test_sql("kaquan_auditor", "select count(*) > 0 from kaquan.audit_log"), "t");
}

TEST(an_act_and_its_record_are_taken_back_together) {
    struct scene s = scene_new("audited", "merchant");
    int64_t before = rows();

    test_sql(WORKER, "begin; update kaquan.account set name = 'other' where id = %" PRId64, s.account);
    write_row(WORKER, "account audited");
    test_sql(WORKER, "rollback");
    assert_int_equal(rows(), before);
    assert_string_equal(test_sql(NULL, "select name from kaquan.account where id = %" PRId64, s.account), "");
    test_sql(WORKER, "begin; update kaquan.account set name = 'other' where id = %" PRId64, s.account);
    write_row(WORKER, "account audited");
    test_sql(WORKER, "commit");
    assert_int_equal(rows(), before + 1);
    assert_string_equal(test_sql(NULL, "select name from kaquan.account where id = %" PRId64, s.account), "other");
    assert_int_equal(broken_links(), 0);
}

/* A row without its person, action or object is refused, and with it the act. */
TEST(an_act_that_cannot_be_recorded_does_not_happen) {
    struct scene s = scene_new("unrecorded", "merchant");

    test_sql(WORKER, "begin; update kaquan.account set name = 'other' where id = %" PRId64, s.account);
    test_sql_refused(WORKER, "23502", "select kaquan.audit_write(null, 'change', 'account', null, null, null)");
    test_sql(WORKER, "commit"); /* which is a rollback now */
    assert_string_equal(test_sql(NULL, "select name from kaquan.account where id = %" PRId64, s.account), "");
    assert_int_equal(broken_links(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_who_did_what_and_why),
        cmocka_unit_test(the_login_is_written_and_not_the_role_it_acts_as),
        cmocka_unit_test(the_chain_verifies),
        cmocka_unit_test(the_chain_of_many_writers_verifies),
        cmocka_unit_test(a_changed_or_missing_row_breaks_the_chain),
        cmocka_unit_test(nobody_changes_or_empties_the_log),
        cmocka_unit_test(rows_come_only_through_the_function),
        cmocka_unit_test(an_act_and_its_record_are_taken_back_together),
        cmocka_unit_test(an_act_that_cannot_be_recorded_does_not_happen),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
