/* When card_claim() serves a template, and which cards of its pool still live. */
#include "claim.h"

/* --- when a template is served --- */

static const struct {
    const char *closed, *open;
    double retry_most;
} not_open_cases[] = {
    {"status = 'waiting'", "status = 'approved'", 60},
    {"status = 'deleted'", "status = 'approved'", 60},
    {"paused = true", "paused = false", 60},
    {"sale_from = now() + interval '1 h'", "sale_from = now() - interval '1 h'", 3600},
    {"sale_until = now() - interval '1 min'", "sale_until = now() + interval '1 h'", 60},
    {"sale_until = now() - interval '1 min', paused = true", "sale_until = null, paused = false", 60},
};

TEST(a_template_is_served_while_it_is_approved_not_paused_and_on_sale) {
    struct scene s = scene_new("window", "merchant");

    scene_fill(&s, 1, 100);
    for (size_t i = 0; i < ARRAY_LEN(not_open_cases); i++) {
        char request[16];
        struct answer a;

        snprintf(request, sizeof(request), "r%zu", i);
        template_set(&s, not_open_cases[i].closed);
        a = claim(&s, request);
        assert_refused(&a, "not_open", not_open_cases[i].retry_most);
        template_set(&s, not_open_cases[i].open);
        assert_outcome(claim(&s, request), "ok");
    }
}

/* The pool keeps the end of validity as it keeps that of the sale: prolonged, it is served again. */
TEST(a_template_that_has_ended_at_wechat_is_served_no_more) {
    static const char *const modes[] = {"merchant", "wechat", "bound"};

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        char key[24];
        struct answer a;

        snprintf(key, sizeof(key), "ended-%s", modes[i]);
        struct scene s = scene_new(key, modes[i]);

        if (strcmp(modes[i], "bound") != 0)
            scene_fill(&s, 1, 100);
        test_sql("kaquan_worker",
                 "insert into kaquan.template_validity (template_id, ends_at) values (%" PRId32
                 ", now() - interval '1 s')",
                 s.template_id);
        a = scene_claim(SCENE_BACKEND, s.key, "r1", "oSomebody");
        assert_refused(&a, "not_open", 60);
        test_sql("kaquan_worker",
                 "update kaquan.template_validity set ends_at = now() + interval '1 h' where template_id = %" PRId32,
                 s.template_id);
        assert_outcome(scene_claim(SCENE_BACKEND, s.key, "r1", "oSomebody"),
                       strcmp(modes[i], "bound") == 0 ? "pending" : "ok");
    }
}

/* Red without claim_refusal()'s enable_seqscan: the server then compiles a query of one row, which takes 50 ms. */
TEST(a_claim_that_is_refused_compiles_nothing) {
    struct scene s = scene_new("jit", "merchant");
    AUTO_OUTPUT struct test_output o = {0};

    template_set(&s, "paused = true");
    test_sql(NULL, "insert into kaquan.backend_grant values (session_user, %" PRId64 ")", s.account);
    o = test_program_run(
        &(struct test_run){.user = "postgres",
                           .input = "load 'auto_explain'; set auto_explain.log_min_duration = 0;"
                                    " set auto_explain.log_nested_statements = on; set auto_explain.log_analyze = on;"
                                    " set jit = on; set client_min_messages = log;"
                                    " select * from kaquan.card_claim('jit', 'r1');"},
        "/bin/sh", (const char *const[]){"-c", "exec psql -XAtq", NULL});

    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "not_open"));
    assert_non_null(strstr(buf_str(&o.err), "kaquan.site"));
    assert_null(strstr(buf_str(&o.err), "JIT"));
}

TEST(before_the_sale_a_claim_is_told_when_it_begins) {
    struct scene s = scene_new("early", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    template_set(&s, "sale_from = now() + interval '1 h'");
    a = claim(&s, "r1");
    assert_refused(&a, "not_open", 3600);
    assert_true(a.retry_after > 3500);
}

TEST(a_ticket_keeps_its_card_while_its_template_is_paused) {
    struct scene s = scene_new("paused", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    a = claim(&s, "r1");
    template_set(&s, "paused = true");
    assert_string_equal(claim(&s, "r1").whole, a.whole);
}

TEST(a_disabled_account_hands_out_nothing) {
    struct scene s = scene_new("disabled", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    test_sql("kaquan_worker", "update kaquan.account set enabled = false where id = %" PRId64, s.account);
    a = claim(&s, "r1");
    assert_refused(&a, "not_open", 60);
    test_sql("kaquan_worker", "update kaquan.account set enabled = true where id = %" PRId64, s.account);
    assert_outcome(claim(&s, "r1"), "ok");
}

/* --- life of a card. The margin is 120 s; a minute to either side is no question of speed --- */

TEST(a_card_that_lives_longer_than_the_margin_is_handed_out) {
    struct scene s = scene_new("above", "merchant");

    scene_epoch(&s, 2, 180);
    scene_fill(&s, 2, 10);
    assert_outcome(claim(&s, "r1"), "ok");
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(a_card_that_lives_shorter_than_the_margin_is_not_handed_out) {
    struct scene s = scene_new("below", "merchant");
    struct answer a;

    scene_epoch(&s, 2, 60);
    scene_fill(&s, 2, 10);
    a = claim(&s, "r1");
    assert_refused(&a, "expired", 60);
    assert_string_equal(a.code, "");
    assert_int_equal(scene_tickets(&s), 0);
}

TEST(a_greater_margin_holds_at_once) {
    struct scene s = scene_new("margin", "merchant");

    scene_epoch(&s, 2, 300);
    scene_fill(&s, 2, 10);
    assert_outcome(claim(&s, "r1"), "ok");
    test_sql(NULL, "update kaquan.site set margin = '400 s'");
    assert_outcome(claim(&s, "r2"), "expired");
    assert_outcome(claim(&s, "r1"), "expired");
    test_sql(NULL, "update kaquan.site set margin = '120 s'");
    assert_outcome(claim(&s, "r2"), "ok");
}

TEST(in_a_rehearsal_the_margin_is_scaled_like_all_of_wechats_time) {
    struct scene s = scene_new("scaled", "merchant");

    scene_epoch(&s, 2, 60);
    scene_fill(&s, 2, 10);
    assert_outcome(claim(&s, "r1"), "expired");
    test_sql(NULL, "update kaquan.site set time_scale = 100");
    assert_outcome(claim(&s, "r1"), "ok");
    test_sql(NULL, "update kaquan.site set time_scale = 1");
}

TEST(a_ticket_whose_card_ended_keeps_its_code) {
    struct scene s = scene_new("ended", "merchant");
    struct answer a, b;

    scene_fill(&s, 1, 10);
    a = claim(&s, "r1");
    test_sql(
        NULL,
        "update kaquan.ticket set valid_until = clock_timestamp() + interval '60 s' where template_id = %" PRId32,
        s.template_id);
    b = claim(&s, "r1");
    assert_refused(&b, "expired", 60);
    assert_string_equal(b.code, a.code);
    b = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_refused(&b, "expired", 60);
    assert_string_equal(b.code, a.code);
}

/* Red without opened_at in the span that pool_copy() makes. */
TEST(no_card_leaves_while_the_database_clock_is_behind_the_fill) {
    struct scene s = scene_new("clock", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    test_sql(NULL,
             "update kaquan.pool set opened_at = clock_timestamp() + interval '2 h' where template_id = %" PRId32,
             s.template_id);
    test_sql(NULL, "select kaquan.pool_copy(%" PRId32 ")", s.template_id);
    a = claim(&s, "r1");
    assert_refused(&a, "expired", 7200);
    assert_int_equal(scene_tickets(&s), 0);
}

/* Red without the revoked epoch's check: epoch_revoke() leaves usable_until alone, or ticket_outcome() does not ask.
 */
TEST(no_card_of_a_revoked_epoch_leaves) {
    struct scene s = scene_new("revoked", "merchant");
    struct answer a, first;

    scene_fill(&s, 1, 10);
    first = claim(&s, "r1");
    scene_revoke(&s, 1);
    a = claim(&s, "r2");
    assert_outcome(a, "expired");
    assert_string_equal(a.card_ext, "");
    a = claim(&s, "r1");
    assert_outcome(a, "expired");
    assert_string_equal(a.card_ext, "");
    assert_string_equal(a.code, first.code);
    assert_outcome(scene_get(SCENE_BACKEND, s.key, "r1"), "expired");
    assert_int_equal(scene_tickets(&s), 1);
    scene_epoch(&s, 2, 7000);
    scene_fill(&s, 2, 10);
    assert_outcome(claim(&s, "r2"), "ok");
    assert_outcome(claim(&s, "r1"), "expired");
}

TEST(a_revocation_ends_the_cards_of_all_templates_of_the_account_and_of_no_other) {
    struct scene s = scene_new("family1", "merchant"), other = scene_new("stranger", "merchant");
    struct scene sibling = scene_sibling(&s, "family2", "merchant");

    scene_fill(&s, 1, 10);
    scene_fill(&sibling, 1, 10);
    scene_fill(&other, 1, 10);
    assert_outcome(claim(&sibling, "r1"), "ok");
    scene_revoke(&s, 1);
    assert_outcome(claim(&s, "r1"), "expired");
    assert_outcome(claim(&sibling, "r1"), "expired");
    assert_outcome(claim(&sibling, "r2"), "expired");
    assert_outcome(claim(&other, "r1"), "ok");
}

TEST(the_revocation_of_an_old_epoch_leaves_the_new_one_alone) {
    struct scene s = scene_new("oldnew", "merchant");

    scene_fill(&s, 1, 10);
    assert_outcome(claim(&s, "r1"), "ok");
    scene_epoch(&s, 2, 7000);
    scene_fill(&s, 2, 10);
    assert_outcome(claim(&s, "r2"), "ok");
    scene_revoke(&s, 1);
    assert_outcome(claim(&s, "r1"), "expired");
    assert_outcome(claim(&s, "r2"), "ok");
    assert_outcome(claim(&s, "r3"), "ok");
}

/* Red when pool_copy() does not compare with the revoked epoch. */
TEST(a_revoked_epoch_stays_revoked_whatever_is_copied) {
    struct scene s = scene_new("copied", "merchant");

    scene_fill(&s, 1, 10);
    scene_revoke(&s, 1);
    template_set(&s, "paused = true");
    template_set(&s, "paused = false");
    test_sql(NULL, "update kaquan.site set margin = '120 s'");
    assert_outcome(claim(&s, "r1"), "expired");
}

/* The next epoch is a fill away, not the rest of the old one's life. */
TEST(after_a_revocation_a_claim_comes_again_soon) {
    struct scene s = scene_new("soon", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    scene_revoke(&s, 1);
    a = claim(&s, "r1");
    assert_refused(&a, "expired", 120);
}

/* --- sequences and codes --- */

TEST(claims_on_an_empty_pool_do_the_next_fill_no_harm) {
    struct scene s = scene_new("overrun", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 2);
    char request[16];

    for (int i = 0; i < 50; i++) {
        snprintf(request, sizeof(request), "r%d", i);
        assert_outcome(claim(&s, request), i < 2 ? "ok" : "empty");
    }
    scene_slot_give_back(f.slot);
    scene_slot_next(f.slot);
    assert_int_equal(scene_fill(&s, 1, 20).slot, f.slot);
    for (int i = 2; i < 22; i++) {
        snprintf(request, sizeof(request), "r%d", i);
        assert_outcome(claim(&s, request), "ok");
    }
    assert_outcome(claim(&s, "r22"), "empty");
    assert_int_equal(scene_tickets(&s), 22);
}

TEST(a_sequence_that_jumped_only_loses_cards) {
    struct scene s = scene_new("jump", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 10);

    assert_outcome(claim(&s, "r1"), "ok");
    test_sql(NULL, "select setval('kaquan.pool_card_%02d_next', %" PRId64 ")", (int)f.slot, f.first_ordinal + 8);
    assert_outcome(claim(&s, "r2"), "ok"); /* the tenth */
    assert_outcome(claim(&s, "r3"), "empty");
    test_sql(NULL, "select setval('kaquan.pool_card_%02d_next', %" PRId64 ")", (int)f.slot, f.first_ordinal + 1000);
    assert_outcome(claim(&s, "r3"), "empty");
    scene_slot_give_back(f.slot);
    scene_slot_next(f.slot);
    assert_true(scene_fill(&s, 1, 10).first_ordinal > f.first_ordinal + 1000);
    assert_outcome(claim(&s, "r3"), "ok");
    assert_int_equal(scene_tickets(&s), 3);
}

TEST(the_rate_and_level_of_a_pool_are_told) {
    struct scene s = scene_new("level", "merchant");

    assert_string_equal(test_sql(SCENE_BACKEND, "select ready from kaquan.pool_level('%s')", s.key), "0");
    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    claim(&s, "r2");
    claim(&s, "r2");
    assert_string_equal(test_sql(SCENE_BACKEND, "select ready from kaquan.pool_level('%s')", s.key), "8");
    assert_string_equal(test_sql(SCENE_BACKEND,
                                 "select claims_per_minute > 0 and minutes_left > 0 from kaquan.pool_level('%s')",
                                 s.key),
                        "t");
    scene_revoke(&s, 1);
    assert_string_equal(test_sql(SCENE_BACKEND, "select ready from kaquan.pool_level('%s')", s.key), "0");
}

/* Red without `unique (code, template_id)`. */
TEST(imported_codes_that_are_tickets_already_are_skipped) {
    struct scene s = scene_new("import", "merchant");
    char request[16];

    scene_fill_imported(&s, 1, 12, "A");
    for (int i = 1; i <= 12; i++) {
        snprintf(request, sizeof(request), "r%d", i);
        assert_outcome(claim(&s, request), "ok");
    }
    scene_fill_imported(&s, 1, 13, "A"); /* twelve in a row that are gone, then one */
    assert_string_equal(claim(&s, "s1").code, "A13");
    assert_outcome(claim(&s, "s2"), "empty");
    assert_int_equal(scene_tickets(&s), 13);
    assert_int_equal(test_number(NULL, "select count(distinct code) from kaquan.ticket where template_id = %" PRId32,
                                 s.template_id),
                     13);
}

TEST(an_imported_code_is_skipped_also_after_a_change_of_the_template) {
    struct scene s = scene_new("import2", "merchant");

    scene_fill_imported(&s, 1, 1, "B");
    assert_outcome(claim(&s, "r1"), "ok");
    scene_fill_imported(&s, 1, 2, "B");
    template_set(&s, "title = 'another title'");
    assert_string_equal(claim(&s, "r2").code, "B2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_template_is_served_while_it_is_approved_not_paused_and_on_sale, scene_end),
        cmocka_unit_test_teardown(a_template_that_has_ended_at_wechat_is_served_no_more, scene_end),
        cmocka_unit_test_teardown(a_claim_that_is_refused_compiles_nothing, scene_end),
        cmocka_unit_test_teardown(before_the_sale_a_claim_is_told_when_it_begins, scene_end),
        cmocka_unit_test_teardown(a_ticket_keeps_its_card_while_its_template_is_paused, scene_end),
        cmocka_unit_test_teardown(a_disabled_account_hands_out_nothing, scene_end),
        cmocka_unit_test_teardown(a_card_that_lives_longer_than_the_margin_is_handed_out, scene_end),
        cmocka_unit_test_teardown(a_card_that_lives_shorter_than_the_margin_is_not_handed_out, scene_end),
        cmocka_unit_test_teardown(a_greater_margin_holds_at_once, scene_end),
        cmocka_unit_test_teardown(in_a_rehearsal_the_margin_is_scaled_like_all_of_wechats_time, scene_end),
        cmocka_unit_test_teardown(a_ticket_whose_card_ended_keeps_its_code, scene_end),
        cmocka_unit_test_teardown(no_card_leaves_while_the_database_clock_is_behind_the_fill, scene_end),
        cmocka_unit_test_teardown(no_card_of_a_revoked_epoch_leaves, scene_end),
        cmocka_unit_test_teardown(a_revocation_ends_the_cards_of_all_templates_of_the_account_and_of_no_other,
                                  scene_end),
        cmocka_unit_test_teardown(the_revocation_of_an_old_epoch_leaves_the_new_one_alone, scene_end),
        cmocka_unit_test_teardown(a_revoked_epoch_stays_revoked_whatever_is_copied, scene_end),
        cmocka_unit_test_teardown(after_a_revocation_a_claim_comes_again_soon, scene_end),
        cmocka_unit_test_teardown(claims_on_an_empty_pool_do_the_next_fill_no_harm, scene_end),
        cmocka_unit_test_teardown(a_sequence_that_jumped_only_loses_cards, scene_end),
        cmocka_unit_test_teardown(the_rate_and_level_of_a_pool_are_told, scene_end),
        cmocka_unit_test_teardown(imported_codes_that_are_tickets_already_are_skipped, scene_end),
        cmocka_unit_test_teardown(an_imported_code_is_skipped_also_after_a_change_of_the_template, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
