/* card_claim(): every answer it gives, one caller at a time. When cards are served and how long they live:
 * test_claim_life.c; crowds: test_claim_crowd.c. */
#include "claim.h"

/* --- what a card is --- */

TEST(a_claim_answers_with_a_card_of_the_pool) {
    struct scene s = scene_new("one", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 10);
    struct answer a = claim(&s, "r1");

    assert_outcome(a, "ok");
    assert_string_equal(a.card_id, s.card_id);
    assert_true(isnan(a.retry_after));
    assert_string_equal(keys_of(&a), "code,timestamp,nonce_str,signature,outer_str");
    assert_string_equal(value_of(&a, "code"), a.code);
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from kaquan.pool_card_%02d c, kaquan.pool p where c.ordinal = %" PRId64
                    " and c.code = '%s' and encode(c.nonce, 'hex') = '%s'"
                    " and encode(c.signature, 'hex') = '%s' and p.template_id = %" PRId32 " and p.valid_until = '%s'",
                    (int)f.slot, f.first_ordinal, a.code,
                    test_sql(NULL, "select '%s'::json->>'nonce_str'", a.card_ext),
                    test_sql(NULL, "select '%s'::json->>'signature'", a.card_ext), s.template_id, a.valid_until),
        1);
    assert_string_equal(value_of(&a, "timestamp"), test_sql(NULL, "select %" PRId64, f.signed_at));
}

TEST(a_claim_is_one_ticket) {
    struct scene s = scene_new("ticket", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    a = scene_claim(SCENE_BACKEND, s.key, "r1", "o1");
    assert_int_equal(scene_tickets(&s), 1);
    assert_string_equal(scene_ticket(&s, "r1", "t.code"), a.code);
    assert_string_equal(scene_ticket(&s, "r1", "t.openid"), "o1");
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "handed_out");
    assert_string_equal(scene_ticket(&s, "r1", "t.epoch"), "1");
    assert_string_equal(value_of(&a, "signature"), scene_ticket(&s, "r1", "encode(t.signature, 'hex')"));
    assert_string_equal(value_of(&a, "outer_str"), scene_ticket(&s, "r1", "left(encode(t.nonce, 'hex'), 16)"));
}

TEST(the_same_request_id_gets_the_same_bytes) {
    struct scene s = scene_new("same", "merchant");
    struct answer first;

    scene_fill(&s, 1, 10);
    first = scene_claim(SCENE_BACKEND, s.key, "r1", "o1");
    assert_outcome(first, "ok");
    for (int i = 0; i < 10; i++)
        assert_string_equal(scene_claim(SCENE_BACKEND, s.key, "r1", "o1").whole, first.whole);
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "r1").whole, first.whole);
    scene_fill(&s, 1, 10); /* a new pool changes nothing */
    assert_string_equal(scene_claim(SCENE_BACKEND, s.key, "r1", "o1").whole, first.whole);
    assert_int_equal(scene_tickets(&s), 1);
}

TEST(another_request_id_gets_another_card) {
    struct scene s = scene_new("another", "merchant");
    struct answer a, b;

    scene_fill(&s, 1, 10);
    a = claim(&s, "r1");
    b = claim(&s, "r2");
    assert_outcome(b, "ok");
    assert_string_not_equal(a.code, b.code);
    assert_string_not_equal(a.card_ext, b.card_ext);
}

TEST(request_ids_of_two_templates_have_nothing_to_do_with_each_other) {
    struct scene s = scene_new("apart1", "merchant"), other = scene_new("apart2", "merchant");

    scene_fill(&s, 1, 10);
    scene_fill(&other, 1, 10);
    assert_outcome(claim(&s, "r1"), "ok");
    assert_outcome(claim(&other, "r1"), "ok");
    assert_int_equal(scene_tickets(&s) + scene_tickets(&other), 2);
}

TEST(a_request_id_with_another_openid_is_a_conflict) {
    struct scene s = scene_new("conflict", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    scene_claim(SCENE_BACKEND, s.key, "r1", "o1");
    a = scene_claim(SCENE_BACKEND, s.key, "r1", "o2");
    assert_outcome(a, "conflict");
    assert_string_equal(a.card_ext, "");
    assert_string_equal(a.code, ""); /* of somebody else */
    assert_int_equal(scene_tickets(&s), 1);
    assert_string_equal(scene_ticket(&s, "r1", "t.openid"), "o1");
}

TEST(a_conflict_says_nothing_of_coming_again) {
    struct scene s = scene_new("conflict2", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    scene_claim(SCENE_BACKEND, s.key, "r1", "o1");
    a = scene_claim(SCENE_BACKEND, s.key, "r1", "o2");
    assert_refused(&a, "conflict", 0);
}

TEST(a_card_has_no_code_where_wechat_chooses_it) {
    static const char *const modes[] = {"deposit", "wechat"};

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct scene s = scene_new(modes[i], modes[i]);
        struct answer a;

        scene_fill(&s, 1, 10);
        a = claim(&s, "r1");
        assert_outcome(a, "ok");
        assert_string_equal(a.code, "");
        assert_string_equal(keys_of(&a), "timestamp,nonce_str,signature,outer_str");
        assert_string_equal(claim(&s, "r1").whole, a.whole);
        assert_string_equal(test_sql(NULL,
                                     "select encode(o.public_id, 'hex') from kaquan.ticket_outer o"
                                     " where o.request_id = 'r1' and o.template_id = %" PRId32,
                                     s.template_id),
                            value_of(&a, "outer_str"));
    }
}

/* The code is not signed there, so WeChat would refuse a cardExt that names it. */
TEST(a_card_stays_the_same_when_wechat_tells_its_code) {
    struct scene s = scene_new("told", "wechat");
    struct answer a;

    scene_fill(&s, 1, 10);
    a = claim(&s, "r1");
    test_sql("kaquan_worker",
             "update kaquan.ticket set code = '110011001100', state = 'added' where request_id = 'r1'"
             " and template_id = %" PRId32,
             s.template_id);
    assert_string_equal(claim(&s, "r1").card_ext, a.card_ext);
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "r1").card_ext, a.card_ext);
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "r1").code, "110011001100");
}

TEST(a_bound_card_is_signed_on_request_and_carries_its_openid) {
    struct scene s = scene_new("bound", "bound");
    struct answer a = scene_claim(SCENE_BACKEND, s.key, "r1", "o1");

    assert_refused(&a, "pending", 60);
    a = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_refused(&a, "pending", 60);
    a = scene_claim(SCENE_BACKEND, s.key, "r1", "o1");
    assert_refused(&a, "pending", 60);
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "claiming");
    scene_sign(&s, "r1", "CODE1", 1);
    a = scene_get(SCENE_BACKEND, s.key, "r1");
    assert_outcome(a, "ok");
    assert_string_equal(keys_of(&a), "code,openid,timestamp,nonce_str,signature,outer_str");
    assert_string_equal(value_of(&a, "openid"), "o1");
    assert_string_equal(value_of(&a, "code"), "CODE1");
    assert_string_equal(scene_claim(SCENE_BACKEND, s.key, "r1", "o1").whole, a.whole);
    assert_outcome(scene_claim(SCENE_BACKEND, s.key, "r1", "o2"), "conflict");
    assert_int_equal(scene_tickets(&s), 1);
}

TEST(the_site_says_whether_the_timestamp_is_quoted) {
    struct scene s = scene_new("quoted", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 10);
    struct answer a = claim(&s, "r1");
    char with[64], without[64];

    snprintf(with, sizeof(with), "\"timestamp\":\"%" PRId64 "\",", f.signed_at);
    snprintf(without, sizeof(without), "\"timestamp\":%" PRId64 ",", f.signed_at);
    assert_non_null(strstr(a.card_ext, with));
    test_sql(NULL, "update kaquan.site set timestamp_quoted = false");
    a = claim(&s, "r2");
    test_sql(NULL, "update kaquan.site set timestamp_quoted = true");
    assert_non_null(strstr(a.card_ext, without));
    assert_string_equal(keys_of(&a), "code,timestamp,nonce_str,signature,outer_str");
}

/* --- answers without a card --- */

TEST(a_pool_that_was_never_filled_is_empty) {
    struct scene s = scene_new("never", "merchant");
    struct answer a = claim(&s, "r1");

    assert_refused(&a, "empty", 60);
    assert_int_equal(scene_tickets(&s), 0);
}

TEST(a_pool_that_is_used_up_is_empty_or_sold_out) {
    struct scene s = scene_new("used", "merchant");
    struct answer a;

    scene_fill(&s, 1, 1);
    assert_outcome(claim(&s, "r1"), "ok");
    a = claim(&s, "r2");
    assert_refused(&a, "empty", 60);
    scene_fill_final(&s, 1, 1);
    assert_outcome(claim(&s, "r2"), "ok");
    a = claim(&s, "r3");
    assert_refused(&a, "sold_out", 0);
    assert_outcome(claim(&s, "r1"), "ok"); /* what was handed out stays */
    assert_int_equal(scene_tickets(&s), 2);
}

TEST(sold_out_stays_sold_out_when_the_epoch_is_over) {
    struct scene s = scene_new("soldout", "merchant");
    struct answer a;

    scene_fill_final(&s, 1, 1);
    assert_outcome(claim(&s, "r1"), "ok");
    test_sql(NULL,
             "update kaquan.pool set valid_until = clock_timestamp() - interval '1 s' where template_id = %" PRId32,
             s.template_id);
    test_sql(NULL, "select kaquan.pool_copy(%" PRId32 ")", s.template_id);
    a = claim(&s, "r2");
    assert_refused(&a, "sold_out", 0);
}

TEST(a_template_that_does_not_exist_is_unknown) {
    struct answer a;

    scene_login(SCENE_BACKEND);
    a = scene_claim(SCENE_BACKEND, "no-such", "r1", NULL);
    assert_refused(&a, "unknown_template", 0);
    assert_outcome(scene_get(SCENE_BACKEND, "no-such", "r1"), "unknown_template");
    assert_outcome(scene_renew(SCENE_BACKEND, "no-such", "r1"), "unknown_template");
}

TEST(a_login_without_a_grant_sees_what_a_stranger_sees) {
    struct scene s = scene_new("granted", "merchant");
    const char *other = "kaquan_test_other";

    scene_login(other);
    scene_fill(&s, 1, 10);
    assert_outcome(scene_claim(SCENE_BACKEND, s.key, "r1", "o1"), "ok");
    assert_string_equal(scene_claim(other, s.key, "r1", "o1").whole, scene_claim(other, "no-such", "r1", "o1").whole);
    assert_string_equal(scene_claim(other, s.key, "r1", "o2").whole, scene_claim(other, "no-such", "r1", "o2").whole);
    assert_string_equal(scene_claim(other, s.key, "r2", NULL).whole, scene_claim(other, "no-such", "r2", NULL).whole);
    assert_string_equal(scene_get(other, s.key, "r1").whole, scene_get(other, "no-such", "r1").whole);
    assert_string_equal(scene_renew(other, s.key, "r1").whole, scene_renew(other, "no-such", "r1").whole);
    assert_string_equal(test_sql(other, "select (l)::text from kaquan.pool_level('%s') l", s.key),
                        test_sql(other, "select (l)::text from kaquan.pool_level('no-such') l"));
    assert_int_equal(scene_tickets(&s), 1);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket_renewal where template_id = %" PRId32, s.template_id),
        0);
}

TEST(who_acts_as_another_role_is_known_by_the_login) {
    struct scene s = scene_new("acting", "merchant");
    const char *other = "kaquan_test_other";

    scene_login(other);
    scene_fill(&s, 1, 10);
    test_sql(NULL, "grant %s to %s", SCENE_BACKEND, other);
    test_sql(other, "set role %s", SCENE_BACKEND);
    assert_outcome(scene_claim(other, s.key, "r1", NULL), "unknown_template");
    test_sql(other, "reset role");
    test_sql(NULL, "revoke %s from %s", SCENE_BACKEND, other);
}

/* Red, like the two before, without the check of the grant. */
TEST(a_removed_grant_works_at_once) {
    struct scene s = scene_new("removed", "merchant");

    scene_fill(&s, 1, 10);
    assert_outcome(claim(&s, "r1"), "ok");
    test_sql("kaquan_worker", "delete from kaquan.backend_grant where account_id = %" PRId64, s.account);
    assert_outcome(claim(&s, "r1"), "unknown_template");
    assert_outcome(claim(&s, "r2"), "unknown_template");
    assert_outcome(scene_get(SCENE_BACKEND, s.key, "r1"), "unknown_template");
    assert_outcome(scene_renew(SCENE_BACKEND, s.key, "r1"), "unknown_template");
    scene_grant(&s, SCENE_BACKEND);
    assert_outcome(claim(&s, "r2"), "ok");
}

/* --- callers' faults --- */

static const struct {
    const char *sqlstate, *call;
} faults[] = {
    {"KQ400", "card_claim(null, 'r')"},
    {"KQ400", "card_claim('fault', null)"},
    {"KQ400", "card_claim('', 'r')"},
    {"KQ400", "card_claim('fault', '')"},
    {"KQ400", "card_claim(null, null, null)"},
    {"KQ401", "card_claim(repeat('x', 41), 'r')"},
    {"KQ401", "card_claim(repeat('x', 1000000), 'r')"},
    {"KQ401", "card_claim('fault', repeat('x', 65))"},
    {"KQ401", "card_claim('fault', repeat('x', 1000000))"},
    {"KQ401", "card_claim('fault', repeat('卡', 22))"},
    {"KQ401", "card_claim('fault', 'fresh', repeat('x', 65))"},
    {"KQ401", "card_claim('fault', 'fresh', repeat('x', 1000000))"},
    {"KQ401", "card_claim('fault', 'claimed', repeat('x', 65))"},
    {"KQ401", "card_claim('no-such', 'r', repeat('x', 65))"},
    {"KQ400", "card_get(null, 'r')"},
    {"KQ400", "card_get('fault', '')"},
    {"KQ401", "card_get('fault', repeat('x', 65))"},
    {"KQ400", "card_renew('fault', null)"},
    {"KQ401", "card_renew(repeat('x', 41), 'r')"},
    {"KQ400", "pool_level(null)"},
    {"KQ403", "card_claim('fault-bound', 'r')"},
    {"KQ403", "card_claim('fault-bound', 'r', '')"},
    {"KQ403", "card_claim('fault-bound', 'r', repeat('x', 33))"},
};

TEST(a_callers_fault_has_its_sqlstate_and_changes_nothing) {
    struct scene s = scene_new("fault", "merchant"), bound = scene_new("fault-bound", "bound");
    char missed[2048] = "";

    scene_fill(&s, 1, 100);
    assert_outcome(claim(&s, "claimed"), "ok");
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        const char *sqlstate =
            test_sql(NULL,
                     "create or replace function pg_temp.state_of(call text) returns text language plpgsql as"
                     " $$ begin execute call; return 'none'; exception when others then return sqlstate; end $$;"
                     "set session authorization %s;"
                     "select pg_temp.state_of($$select * from kaquan.%s$$)",
                     SCENE_BACKEND, faults[i].call);

        test_sql(NULL, "reset session authorization");
        if (strcmp(sqlstate, faults[i].sqlstate) != 0)
            snprintf(missed + strlen(missed), sizeof(missed) - strlen(missed), "%s: %s, not %s\n", faults[i].call,
                     sqlstate, faults[i].sqlstate);
    }
    if (missed[0])
        test_fail("%s", missed);
    assert_int_equal(scene_tickets(&s), 1);
    assert_int_equal(scene_tickets(&bound), 0);
}

TEST(the_longest_words_that_are_allowed_work) {
    struct scene s = scene_new("a123456789b123456789c123456789d123456789", "merchant");

    scene_fill(&s, 1, 10);
    assert_string_equal(test_sql(SCENE_BACKEND,
                                 "select outcome from kaquan.card_claim('%s', repeat('r', 64), repeat('o', 64))",
                                 s.key),
                        "ok");
    assert_string_equal(test_sql(SCENE_BACKEND, "select outcome from kaquan.card_get('%s', repeat('r', 64))", s.key),
                        "ok");
}

TEST(hostile_words_are_only_words) {
    struct scene s = scene_new("hostile", "merchant");
    struct answer a;

    scene_fill(&s, 1, 10);
    a = scene_claim(SCENE_BACKEND, s.key, "r'; drop table x; --\"\\", "o\"}{");
    assert_outcome(a, "ok");
    assert_string_equal(keys_of(&a), "code,timestamp,nonce_str,signature,outer_str");
    assert_outcome(scene_claim(SCENE_BACKEND, "hostile' or true", "r1", NULL), "unknown_template");
}

/* An openid stands in the cardExt of a bound card, as it came. */
TEST(an_openid_that_would_break_a_bound_card_is_the_callers_fault) {
    struct scene s = scene_new("broken", "bound");

    test_sql_refused(SCENE_BACKEND, "KQ4", "select * from kaquan.card_claim('%s', 'r1', 'o\"1')", s.key);
    test_sql_refused(SCENE_BACKEND, "KQ4", "select * from kaquan.card_claim('%s', 'r1', E'o\\\\1')", s.key);
    assert_int_equal(scene_tickets(&s), 0);
}

TEST(cards_are_claimed_in_read_committed_only) {
    static const char *const levels[] = {"repeatable read", "serializable"};
    static const char *const calls[] = {"card_claim('levels', 'r1')", "card_get('levels', 'r1')",
                                        "card_renew('levels', 'r1')"};
    struct scene s = scene_new("levels", "merchant");

    scene_fill(&s, 1, 10);
    for (size_t i = 0; i < ARRAY_LEN(levels); i++)
        for (size_t j = 0; j < ARRAY_LEN(calls); j++) {
            test_sql(SCENE_BACKEND, "begin isolation level %s", levels[i]);
            test_sql_refused(SCENE_BACKEND, "KQ402", "select * from kaquan.%s", calls[j]);
            test_sql(SCENE_BACKEND, "rollback");
        }
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(a_claim_that_is_rolled_back_did_not_happen) {
    struct scene s = scene_new("rolled", "merchant");
    struct answer a, b;

    scene_fill(&s, 1, 10);
    test_sql(SCENE_BACKEND, "begin");
    a = claim(&s, "r1");
    assert_outcome(a, "ok");
    test_sql(SCENE_BACKEND, "rollback");
    assert_int_equal(scene_tickets(&s), 0);
    assert_outcome(scene_get(SCENE_BACKEND, s.key, "r1"), "empty");
    b = claim(&s, "r1");
    assert_outcome(b, "ok");
    assert_string_not_equal(a.code, b.code); /* the first one may have been seen */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_claim_answers_with_a_card_of_the_pool, scene_end),
        cmocka_unit_test_teardown(a_claim_is_one_ticket, scene_end),
        cmocka_unit_test_teardown(the_same_request_id_gets_the_same_bytes, scene_end),
        cmocka_unit_test_teardown(another_request_id_gets_another_card, scene_end),
        cmocka_unit_test_teardown(request_ids_of_two_templates_have_nothing_to_do_with_each_other, scene_end),
        cmocka_unit_test_teardown(a_request_id_with_another_openid_is_a_conflict, scene_end),
        cmocka_unit_test_teardown(a_conflict_says_nothing_of_coming_again, scene_end),
        cmocka_unit_test_teardown(a_card_has_no_code_where_wechat_chooses_it, scene_end),
        cmocka_unit_test_teardown(a_card_stays_the_same_when_wechat_tells_its_code, scene_end),
        cmocka_unit_test_teardown(a_bound_card_is_signed_on_request_and_carries_its_openid, scene_end),
        cmocka_unit_test_teardown(the_site_says_whether_the_timestamp_is_quoted, scene_end),
        cmocka_unit_test_teardown(a_pool_that_was_never_filled_is_empty, scene_end),
        cmocka_unit_test_teardown(a_pool_that_is_used_up_is_empty_or_sold_out, scene_end),
        cmocka_unit_test_teardown(sold_out_stays_sold_out_when_the_epoch_is_over, scene_end),
        cmocka_unit_test_teardown(a_template_that_does_not_exist_is_unknown, scene_end),
        cmocka_unit_test_teardown(a_login_without_a_grant_sees_what_a_stranger_sees, scene_end),
        cmocka_unit_test_teardown(who_acts_as_another_role_is_known_by_the_login, scene_end),
        cmocka_unit_test_teardown(a_removed_grant_works_at_once, scene_end),
        cmocka_unit_test_teardown(a_callers_fault_has_its_sqlstate_and_changes_nothing, scene_end),
        cmocka_unit_test_teardown(the_longest_words_that_are_allowed_work, scene_end),
        cmocka_unit_test_teardown(hostile_words_are_only_words, scene_end),
        cmocka_unit_test_teardown(an_openid_that_would_break_a_bound_card_is_the_callers_fault, scene_end),
        cmocka_unit_test_teardown(cards_are_claimed_in_read_committed_only, scene_end),
        cmocka_unit_test_teardown(a_claim_that_is_rolled_back_did_not_happen, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
