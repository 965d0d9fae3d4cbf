/* card_renew() and card_get(): a fresh signature for a ticket that exists. And what a backend may call at all. */
#include "scene.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORKER "kaquan_worker"

#define assert_outcome(answer, expected) assert_string_equal((answer).outcome, expected)

static const char *outer_str(const struct answer *a) {
    return test_sql(NULL, "select $q$%s$q$::json->>'outer_str'", a->card_ext);
}

static int64_t queued(const struct scene *s) {
    return test_number(NULL, "select count(*) from kaquan.ticket_renewal where template_id = %" PRId32,
                       s->template_id);
}

static void assert_pending(const struct answer *a, const char *code) {
    assert_outcome(*a, "pending");
    assert_string_equal(a->card_ext, "");
    assert_string_equal(a->valid_until, "");
    assert_string_equal(a->code, code);
    assert_true(a->retry_after > 0 && a->retry_after <= 60);
}

/* After a rotation the worker queues tickets that nobody asked about. */
static void queue_after_rotation(const struct scene *s, int64_t epoch) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct err err = {0};

    if (!db_do(db, &sql_renewal_after_rotation, &err, V_INT(s->template_id), V_INT(epoch)))
        test_fail("%s", err.text);
}

static void rotate(const struct scene *s) {
    scene_epoch(s, 2, 7100);
    scene_fill(s, 2, 10);
}

/* --- without a code: at once --- */

TEST(a_card_without_a_code_is_renewed_at_once) {
    struct scene s = scene_new("nocode", "wechat");
    struct answer old, fresh;
    char name[64];

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    text_copy(name, sizeof(name), outer_str(&old));
    rotate(&s);
    fresh = scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_outcome(fresh, "ok");
    assert_string_not_equal(fresh.card_ext, old.card_ext);
    assert_string_equal(outer_str(&fresh), name);
    assert_string_equal(fresh.card_id, s.card_id);
    assert_string_equal(scene_ticket(&s, "r1", "t.epoch"), "2");
    assert_string_equal(scene_ticket(&s, "r1",
                                     "t.valid_until = (select p.valid_until from kaquan.pool p"
                                     " where p.template_id = t.template_id)"),
                        "t");
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from kaquan.ticket_event where request_id = 'r1' and kind = 'renewed'"
                    " and template_id = %" PRId32,
                    s.template_id),
        1);
    assert_int_equal(queued(&s), 0);
    assert_int_equal(scene_tickets(&s), 1);
}

TEST(after_a_renewal_the_fresh_card_is_the_tickets_card) {
    struct scene s = scene_new("fresh", "deposit");
    struct answer fresh;
    char name[64];

    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    for (int i = 0; i < 3; i++) { /* the name lasts over many renewals */
        fresh = scene_renew(SCENE_BACKEND, s.key, "r1");
        assert_outcome(fresh, "ok");
        if (i == 0)
            text_copy(name, sizeof(name), outer_str(&fresh));
        assert_string_equal(outer_str(&fresh), name);
        assert_string_equal(claim(&s, "r1").whole, fresh.whole);
        assert_string_equal(scene_get(SCENE_BACKEND, s.key, "r1").whole, fresh.whole);
    }
    assert_string_equal(scene_claim(SCENE_BACKEND, s.key, "r1", "o1").card_ext, fresh.card_ext);
}

TEST(a_renewal_takes_a_card_that_nobody_else_gets) {
    struct scene s = scene_new("takes", "wechat");

    scene_fill(&s, 1, 3);
    claim(&s, "r1");
    assert_outcome(scene_renew(SCENE_BACKEND, s.key, "r1"), "ok");
    assert_outcome(claim(&s, "r2"), "ok");
    assert_outcome(claim(&s, "r3"), "empty");
    assert_int_equal(test_number(NULL, "select count(distinct nonce) from kaquan.ticket where template_id = %" PRId32,
                                 s.template_id),
                     2);
}

TEST(a_revoked_card_without_a_code_is_renewed_from_the_next_epoch) {
    struct scene s = scene_new("revived", "wechat");
    struct answer a;

    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    scene_revoke(&s, 1);
    assert_outcome(claim(&s, "r1"), "expired");
    a = scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_outcome(a, "expired");
    assert_true(a.retry_after > 0);
    assert_string_equal(a.card_ext, "");
    rotate(&s);
    assert_outcome(scene_renew(SCENE_BACKEND, s.key, "r1"), "ok");
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(a_renewal_from_an_empty_pool_says_so_and_keeps_the_old_card) {
    struct scene s = scene_new("nothing", "wechat");
    struct answer old;

    scene_fill(&s, 1, 1);
    old = claim(&s, "r1");
    assert_outcome(scene_renew(SCENE_BACKEND, s.key, "r1"), "empty");
    assert_string_equal(claim(&s, "r1").whole, old.whole);
}

/* WeChat told the code meanwhile; it is not signed, so it is not in the card. */
TEST(a_renewed_card_without_a_code_stays_without_one) {
    struct scene s = scene_new("told", "wechat");
    struct answer a;

    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    test_sql(WORKER, "update kaquan.ticket set code = '110011001100' where template_id = %" PRId32, s.template_id);
    a = scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_outcome(a, "ok");
    assert_null(strstr(a.card_ext, "\"code\""));
    assert_string_equal(a.code, "110011001100");
}

/* --- with a code: the worker signs --- */

TEST(a_card_with_a_code_is_renewed_by_the_worker) {
    struct scene s = scene_new("coded", "merchant");
    struct answer old, a;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    a = scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_pending(&a, old.code);
    a = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_pending(&a, old.code);
    scene_sign(&s, "r1", NULL, 1);
    a = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_outcome(a, "ok");
    assert_string_equal(a.code, old.code);
    assert_string_not_equal(a.card_ext, old.card_ext);
    assert_non_null(strstr(a.card_ext, test_sql(NULL, "select '\"outer_str\":\"%s\"'", outer_str(&old))));
    assert_string_equal(claim(&s, "r1").whole, a.whole);
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from kaquan.ticket_event where request_id = 'r1' and kind = 'renewed'"
                    " and template_id = %" PRId32,
                    s.template_id),
        1);
}

TEST(a_renewal_is_queued_once_however_often_it_is_asked_for) {
    struct scene s = scene_new("once", "merchant");
    struct answer old, a;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    for (int i = 0; i < 3; i++) {
        a = scene_renew(SCENE_BACKEND, s.key, "r1");
        assert_pending(&a, old.code);
    }
    assert_int_equal(queued(&s), 1);
}

TEST(a_queued_renewal_is_told_to_the_workers) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct scene s = scene_new("notify", "merchant");
    struct err err = {0};
    bool notified = false;

    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    assert_true(db_listen(db, "kaquan_job", &err));
    scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_true(db_wait(db, -1, 10, &notified, &err));
    assert_true(notified);
}

/* A claim shows the card it gave, also while a fresh one is being signed: byte for byte, until the renewal succeeded.
 */
TEST(a_claim_repeats_its_card_until_the_renewal_succeeded) {
    struct scene s = scene_new("until", "merchant");
    struct answer old;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_string_equal(claim(&s, "r1").whole, old.whole);
    scene_sign(&s, "r1", NULL, 1);
    assert_string_not_equal(claim(&s, "r1").whole, old.whole);
}

TEST(a_renewal_that_nobody_asked_for_hides_no_card) {
    struct scene s = scene_new("unasked", "merchant");
    struct answer old;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    rotate(&s);
    queue_after_rotation(&s, 2);
    assert_int_equal(queued(&s), 1);
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "r1").whole, old.whole);
}

TEST(a_renewal_that_was_queued_after_a_rotation_may_be_asked_for_too) {
    struct scene s = scene_new("asked", "merchant");
    struct answer old, a;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    rotate(&s);
    queue_after_rotation(&s, 2);
    a = scene_renew(SCENE_BACKEND, s.key, "r1");
    assert_pending(&a, old.code);
    a = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_pending(&a, old.code);
    assert_int_equal(queued(&s), 1);
    assert_string_equal(
        test_sql(NULL, "select asked from kaquan.ticket_renewal where template_id = %" PRId32, s.template_id), "t");
}

TEST(a_signature_of_a_revoked_epoch_is_not_stored) {
    struct scene s = scene_new("late", "merchant");
    struct answer old;

    scene_fill(&s, 1, 10);
    old = claim(&s, "r1");
    scene_renew(SCENE_BACKEND, s.key, "r1");
    scene_revoke(&s, 1);
    scene_sign(&s, "r1", NULL, 1);
    assert_int_equal(queued(&s), 1);
    assert_string_equal(scene_ticket(&s, "r1", "encode(t.nonce, 'hex')"),
                        test_sql(NULL, "select '%s'::json->>'nonce_str'", old.card_ext));
    scene_epoch(&s, 2, 7000);
    scene_sign(&s, "r1", NULL, 2);
    assert_outcome(claim(&s, "r1"), "ok");
    assert_int_equal(queued(&s), 0);
}

/* --- nobody's ticket --- */

TEST(a_request_id_that_claimed_nothing_is_answered_empty) {
    struct scene s = scene_new("who", "merchant"), free_of_code = scene_new("who2", "wechat");

    scene_fill(&s, 1, 10);
    scene_fill(&free_of_code, 1, 10);
    assert_outcome(scene_renew(SCENE_BACKEND, s.key, "r1"), "empty");
    assert_outcome(scene_renew(SCENE_BACKEND, free_of_code.key, "r1"), "empty");
    assert_outcome(scene_get(SCENE_BACKEND, s.key, "r1"), "empty");
    assert_int_equal(queued(&s) + scene_tickets(&s) + scene_tickets(&free_of_code), 0);
}

/* --- what a backend may do --- */

#define DOCUMENTED "('card_claim', 'card_get', 'card_renew', 'event_record', 'ticket_admit', 'pool_level')"

static int64_t count_of(const char *from) {
    return test_number(NULL, "select count(*) from %s", from);
}

TEST(a_backend_may_call_the_documented_functions_and_no_other) {
    scene_login(SCENE_BACKEND);
    assert_true(count_of("pg_proc where pronamespace = 'kaquan'::regnamespace and proname in " DOCUMENTED
                         " and has_function_privilege('" SCENE_BACKEND "', oid, 'execute')") >= 4);
    assert_string_equal(test_sql(NULL, "select coalesce(string_agg(oid::regprocedure::text, ', '), '') from pg_proc"
                                       " where pronamespace = 'kaquan'::regnamespace and"
                                       " (proname in " DOCUMENTED ") <> has_function_privilege('" SCENE_BACKEND
                                       "', oid, 'execute')"),
                        "");
}

TEST(a_backend_has_no_right_on_any_table_view_or_sequence) {
    scene_login(SCENE_BACKEND);
    assert_true(count_of("pg_class where relnamespace = 'kaquan'::regnamespace and relkind in ('r', 'v', 'S')") >
                150);
    assert_string_equal(
        test_sql(NULL, "select coalesce(string_agg(c.oid::regclass::text || ' ' || p, ', '), '') from pg_class c,"
                       " unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p"
                       " where relnamespace = 'kaquan'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')"
                       " and (has_table_privilege('" SCENE_BACKEND
                       "', c.oid, p) or p in ('select', 'insert', 'update', 'references')"
                       " and has_any_column_privilege('" SCENE_BACKEND "', c.oid, p))"),
        "");
    assert_string_equal(test_sql(NULL,
                                 "select coalesce(string_agg(c.oid::regclass::text, ', '), '') from pg_class c"
                                 " where relnamespace = 'kaquan'::regnamespace and case when relkind = 'S' then"
                                 " has_sequence_privilege('" SCENE_BACKEND "', c.oid, 'usage, select, update') end"),
                        "");
    assert_string_equal(test_sql(NULL, "select has_schema_privilege('" SCENE_BACKEND "', 'kaquan', 'create')"), "f");
}

/* What the catalogue says, tried. */
static void try_every(const char *statements) {
    int64_t count = test_number(NULL, "select count(*) from (%s) x", statements);

    assert_true(count > 10);
    for (int64_t i = 0; i < count; i++) {
        char sql[1024];

        text_copy(sql, sizeof(sql), test_sql(NULL, "%s order by 1 offset %" PRId64 " limit 1", statements, i));
        test_sql_refused(SCENE_BACKEND, "42501", "%s", sql);
    }
}

TEST(a_backend_that_tries_a_table_view_or_sequence_is_refused) {
    scene_login(SCENE_BACKEND);
    try_every("select 'select from ' || oid::regclass from pg_class where relnamespace = 'kaquan'::regnamespace"
              " and relkind in ('r', 'v', 'S')");
    try_every(
        "select 'delete from ' || oid::regclass from pg_class where relnamespace = 'kaquan'::regnamespace and relkind = 'r'");
    try_every(
        "select format('select nextval(%L)', oid::regclass) from pg_class where relnamespace = 'kaquan'::regnamespace"
        " and relkind = 'S'");
}

/* Without the strict ones: of NULL they are nothing, and are not called at all. */
TEST(a_backend_that_tries_another_function_is_refused) {
    scene_login(SCENE_BACKEND);
    try_every(
        "select format('select %s(%s)', p.oid::regproc, (select string_agg('null::' || format_type(t, null), ',')"
        " from unnest(p.proargtypes) t)) from pg_proc p where p.pronamespace = 'kaquan'::regnamespace and p.prokind = 'f' and not p.proisstrict"
        " and p.proname not in " DOCUMENTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_card_without_a_code_is_renewed_at_once, scene_end),
        cmocka_unit_test_teardown(after_a_renewal_the_fresh_card_is_the_tickets_card, scene_end),
        cmocka_unit_test_teardown(a_renewal_takes_a_card_that_nobody_else_gets, scene_end),
        cmocka_unit_test_teardown(a_revoked_card_without_a_code_is_renewed_from_the_next_epoch, scene_end),
        cmocka_unit_test_teardown(a_renewal_from_an_empty_pool_says_so_and_keeps_the_old_card, scene_end),
        cmocka_unit_test_teardown(a_renewed_card_without_a_code_stays_without_one, scene_end),
        cmocka_unit_test_teardown(a_card_with_a_code_is_renewed_by_the_worker, scene_end),
        cmocka_unit_test_teardown(a_renewal_is_queued_once_however_often_it_is_asked_for, scene_end),
        cmocka_unit_test_teardown(a_queued_renewal_is_told_to_the_workers, scene_end),
        cmocka_unit_test_teardown(a_claim_repeats_its_card_until_the_renewal_succeeded, scene_end),
        cmocka_unit_test_teardown(a_renewal_that_nobody_asked_for_hides_no_card, scene_end),
        cmocka_unit_test_teardown(a_renewal_that_was_queued_after_a_rotation_may_be_asked_for_too, scene_end),
        cmocka_unit_test_teardown(a_signature_of_a_revoked_epoch_is_not_stored, scene_end),
        cmocka_unit_test_teardown(a_request_id_that_claimed_nothing_is_answered_empty, scene_end),
        cmocka_unit_test_teardown(a_backend_may_call_the_documented_functions_and_no_other, scene_end),
        cmocka_unit_test_teardown(a_backend_has_no_right_on_any_table_view_or_sequence, scene_end),
        cmocka_unit_test_teardown(a_backend_that_tries_a_table_view_or_sequence_is_refused, scene_end),
        cmocka_unit_test_teardown(a_backend_that_tries_another_function_is_refused, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
