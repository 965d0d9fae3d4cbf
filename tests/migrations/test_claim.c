/* card_claim(): every answer it gives, one caller at a time. Crowds are in test_claim_crowd.c. */
#include "scene.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define assert_outcome(answer, expected) assert_string_equal((answer).outcome, expected)

/* No card, and come again within `most` seconds; 0: do not come again. */
static void assert_refused(const struct answer *a, const char *outcome, double most) {
    assert_outcome(*a, outcome);
    assert_string_equal(a->card_ext, "");
    assert_string_equal(a->valid_until, "");
    if (most > 0 ? !(a->retry_after > 0 && a->retry_after <= most) : !isnan(a->retry_after))
        test_fail("%s: come again after %f s, at most %f expected", outcome, a->retry_after, most);
}

static cJSON *card_ext(const struct answer *a) {
    cJSON *json = cJSON_Parse(a->card_ext);

    if (!cJSON_IsObject(json))
        test_fail("card_ext: %s", a->card_ext);
    return json;
}

/* The keys in their order, joined by commas. */
static const char *keys_of(const struct answer *a) {
    static char keys[128];
    cJSON *json = card_ext(a);
    const cJSON *item;

    keys[0] = '\0';
    cJSON_ArrayForEach(item, json)
        snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s", keys[0] ? "," : "", item->string);
    cJSON_Delete(json);
    return keys;
}

static const char *value_of(const struct answer *a, const char *key) {
    static char value[64];
    cJSON *json = card_ext(a);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));

    text_copy(value, sizeof(value), text ? text : "(no text)");
    cJSON_Delete(json);
    return value;
}

static void template_set(const struct scene *s, const char *change) {
    test_sql(NULL, "update kaquan.template set %s where id = %" PRId32, change, s->template_id);
}

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
        cmocka_unit_test_teardown(a_callers_fault_has_its_sqlstate_and_changes_nothing, scene_end),
        cmocka_unit_test_teardown(the_longest_words_that_are_allowed_work, scene_end),
        cmocka_unit_test_teardown(hostile_words_are_only_words, scene_end),
        cmocka_unit_test_teardown(an_openid_that_would_break_a_bound_card_is_the_callers_fault, scene_end),
        cmocka_unit_test_teardown(cards_are_claimed_in_read_committed_only, scene_end),
        cmocka_unit_test_teardown(a_claim_that_is_rolled_back_did_not_happen, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
