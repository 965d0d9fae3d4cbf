/* Every card that is handed out is one that WeChat takes; judged by the simulated user, whose check shares no code
 * with the signing. And that judge does refuse: cards of an ended api_ticket, and cards that differ in the least. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MANY 10000
#define SOME 300
#define SCALE 60 /* an api_ticket lives 2 minutes: longer than a test */

static const char many_answers[] =
    "select coalesce(json_agg(row_to_json(a)), '[]') from generate_series(1, %d) as n cross join lateral"
    " kaquan.card_claim('%s', '%s' || n) a";

static int rehearse(void **state UNUSED) {
    rehearsal_begin(SCALE, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

static const char *text_of(const cJSON *of, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(of, name));
    return text ? text : "";
}

/* Claims so many at once and lets users add them all. */
static void claim_and_add(const struct scene *s, int count, const char *prefix) {
    cJSON *answers = cJSON_Parse(test_sql(SCENE_BACKEND, many_answers, count, s->key, prefix)), *row;
    cJSON *list = cJSON_CreateArray();
    int claimed = 0;
    cJSON_ArrayForEach(row, answers) {
        struct answer a = {0};
        if (strcmp(text_of(row, "outcome"), "ok") != 0)
            test_fail("claim %d: %s", claimed, text_of(row, "outcome"));
        text_copy(a.card_id, sizeof a.card_id, text_of(row, "card_id"));
        text_copy(a.card_ext, sizeof a.card_ext, text_of(row, "card_ext"));
        rehearsal_list(list, &a, NULL);
        claimed++;
    }
    assert_int_equal(claimed, count);
    rehearsal_add_all(list);
    cJSON_Delete(list);
    cJSON_Delete(answers);
}

static int64_t distinct(const struct scene *s, const char *column) {
    return test_number(NULL, "select count(distinct %s) from kaquan.ticket where template_id = %" PRId32, column,
                       s->template_id);
}

/* --- all are taken --- */

TEST(wechat_takes_each_of_10000_cards_and_no_code_or_nonce_comes_twice) {
    struct scene s = rehearsal_template("fest", "adult", "merchant", 6000, 2000);
    rehearsal_fill(&s);
    claim_and_add(&s, MANY / 2, "first-");
    rehearsal_worker(0, "run"); /* below low water: a second fill */
    claim_and_add(&s, MANY / 2, "second-");
    assert_int_equal(distinct(&s, "code"), MANY);
    assert_int_equal(distinct(&s, "nonce"), MANY);
    assert_int_equal(distinct(&s, "signature"), MANY);
    assert_true(test_number(NULL, "select count(*) from kaquan.batch where template_id = %" PRId32, s.template_id) >=
                2);
}

TEST(wechat_takes_each_card_whose_code_it_chooses_itself) {
    struct scene s = rehearsal_template("fest", "child", "wechat", SOME, 100);
    rehearsal_fill(&s);
    claim_and_add(&s, SOME, "w-");
    assert_int_equal(distinct(&s, "nonce"), SOME);
    assert_int_equal(distinct(&s, "code"), 0);
}

/* The worker signs on request; then card_get() has the card. */
static struct answer bound_card(const struct scene *s, const char *request_id, const char *openid) {
    struct answer a = scene_claim(SCENE_BACKEND, s->key, request_id, openid);
    if (strcmp(a.outcome, "pending") == 0) {
        rehearsal_worker(0, "run");
        a = scene_get(SCENE_BACKEND, s->key, request_id);
    }
    if (strcmp(a.outcome, "ok") != 0)
        test_fail("%s for %s: %s", request_id, openid, a.outcome);
    return a;
}

static bool approved(void *scene) {
    const struct scene *s = scene;
    rehearsal_worker(0, "run");
    return test_number(NULL, "select count(*) from kaquan.template where id = %" PRId32 " and status = 'approved'",
                       s->template_id) > 0;
}

TEST(a_card_bound_to_an_openid_is_taken_by_this_user_and_by_no_other) {
    struct scene s = rehearsal_template("fest", "bound", "bound", 100, 10);
    test_wait_until(approved, &s, 30);
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < SOME; i++) { /* all wait, one run of the worker signs them */
        char id[24], openid[32];
        snprintf(id, sizeof id, "b-%d", i);
        snprintf(openid, sizeof openid, "oUser%d", i);
        assert_string_equal(scene_claim(SCENE_BACKEND, s.key, id, openid).outcome, "pending");
    }
    rehearsal_worker(0, "run");
    for (int i = 0; i < SOME; i++) {
        char id[24], openid[32];
        snprintf(id, sizeof id, "b-%d", i);
        snprintf(openid, sizeof openid, "oUser%d", i);
        struct answer a = bound_card(&s, id, openid);
        if (i == 0)
            assert_string_equal(rehearsal_add(a.card_id, a.card_ext, "oSomebodyElse"), "parameter");
        rehearsal_list(list, &a, openid);
    }
    rehearsal_add_all(list);
    cJSON_Delete(list);
    assert_int_equal(distinct(&s, "code"), SOME);
    assert_int_equal(distinct(&s, "nonce"), SOME);
}

TEST(a_renewed_card_is_taken_under_the_code_it_had) {
    struct scene s = rehearsal_template("fest", "renewed", "merchant", SOME, 100);
    rehearsal_fill(&s);
    struct answer before = claim(&s, "r-1"), after;
    assert_string_equal(scene_renew(SCENE_BACKEND, s.key, "r-1").outcome, "pending");
    rehearsal_worker(0, "run");
    after = scene_get(SCENE_BACKEND, s.key, "r-1");
    assert_string_equal(after.code, before.code);
    assert_string_not_equal(after.card_ext, before.card_ext);
    assert_string_equal(rehearsal_add(after.card_id, after.card_ext, NULL), "ok");
    assert_string_equal(rehearsal_add(before.card_id, before.card_ext, NULL), "code"); /* one ticket, one card */
}

/* --- and the judge refuses --- */

TEST(wechat_refuses_a_card_of_a_revoked_api_ticket_and_takes_one_of_the_next) {
    struct scene s = rehearsal_template("fest", "revoked", "merchant", SOME, 100);
    char line[80];
    rehearsal_fill(&s);
    struct answer old = claim(&s, "old-1");
    snprintf(line, sizeof line, "{\"appid\":\"%s\"}", rehearsal_appid("fest"));
    cJSON_Delete(sim_post("/sim/ticket/revoke", line));
    assert_string_equal(rehearsal_add(old.card_id, old.card_ext, NULL), "signature (stale)");

    rehearsal_worker(0, "epoch revoke fest --confirm=fest");
    assert_string_equal(claim(&s, "old-2").outcome, "expired"); /* from this moment no card of it leaves */
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "old-1").outcome, "expired");
    rehearsal_fill(&s);
    struct answer next = claim(&s, "old-2");
    assert_string_equal(next.outcome, "ok");
    assert_string_equal(rehearsal_add(next.card_id, next.card_ext, NULL), "ok");
}

TEST(wechat_refuses_a_card_when_its_api_ticket_has_ended) {
    struct scene s = rehearsal_template("fest", "ended", "merchant", SOME, 100);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "late-1");
    cJSON_Delete(sim_post("/sim/clock/advance", "{\"seconds\":7300}"));
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "signature (stale)");
}

/* A cardExt with one value changed. */
static char *changed(const struct answer *a, const char *name, const char *value) {
    cJSON *ext = cJSON_Parse(a->card_ext);
    char *text;
    cJSON_ReplaceItemInObjectCaseSensitive(ext, name, cJSON_CreateString(value));
    text = cJSON_PrintUnformatted(ext);
    cJSON_Delete(ext);
    return text;
}

static void refused(const struct answer *a, const char *name, const char *value, const char *reason) {
    char *text = changed(a, name, value);
    const char *outcome = rehearsal_add(a->card_id, text, NULL);
    if (strcmp(outcome, reason) != 0)
        test_fail("%s changed to %s: %s, not %s", name, value, outcome, reason);
    cJSON_free(text);
}

TEST(wechat_refuses_a_card_that_differs_in_any_signed_field) {
    struct scene s = rehearsal_template("fest", "mutant", "merchant", SOME, 100);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "mutant-1"), b = claim(&s, "mutant-2");
    cJSON *ext = cJSON_Parse(b.card_ext), *own = cJSON_Parse(a.card_ext);
    refused(&a, "code", b.code, "signature");
    refused(&a, "nonce_str", text_of(ext, "nonce_str"), "signature");
    refused(&a, "signature", text_of(ext, "signature"), "signature");
    refused(&a, "timestamp", "1700000000", "signature");
    refused(&a, "code", text_of(own, "nonce_str"), "signature"); /* two fields swapped, half by half */
    refused(&a, "nonce_str", text_of(own, "code"), "signature");
    cJSON_Delete(ext);
    cJSON_Delete(own);
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok"); /* untouched it is good */
    assert_string_equal(rehearsal_add(b.card_id, b.card_ext, NULL), "ok");
}

/* Swapping code and nonce as whole fields gives the same sorted text: WeChat's signature cannot tell. What keeps them
 * apart is that both are unique. A sort by locale instead of by bytes is told at once: upper case goes elsewhere. */
TEST(a_signature_over_fields_sorted_by_locale_is_refused) {
    struct scene s = rehearsal_template("fest", "locale", "merchant", SOME, 100);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "locale-1");
    /* "b" and "B": by bytes B comes first, by locale b does. */
    cJSON *sorted = sim_post("/sim/sign_check", "{\"values\":[\"b1\",\"B2\",\"a3\"]}");
    cJSON *by_locale = sim_post("/sim/sign_check", "{\"values\":[\"a3b1B2\"]}");
    cJSON *by_bytes = sim_post("/sim/sign_check", "{\"values\":[\"B2a3b1\"]}");
    assert_string_equal(text_of(sorted, "signature"), text_of(by_bytes, "signature"));
    assert_string_not_equal(text_of(sorted, "signature"), text_of(by_locale, "signature"));
    refused(&a, "signature", text_of(by_locale, "signature"), "signature");
    cJSON_Delete(sorted);
    cJSON_Delete(by_locale);
    cJSON_Delete(by_bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wechat_takes_each_of_10000_cards_and_no_code_or_nonce_comes_twice),
        cmocka_unit_test(wechat_takes_each_card_whose_code_it_chooses_itself),
        cmocka_unit_test(a_card_bound_to_an_openid_is_taken_by_this_user_and_by_no_other),
        cmocka_unit_test(a_renewed_card_is_taken_under_the_code_it_had),
        cmocka_unit_test(wechat_refuses_a_card_that_differs_in_any_signed_field),
        cmocka_unit_test(a_signature_over_fields_sorted_by_locale_is_refused),
        cmocka_unit_test(wechat_refuses_a_card_of_a_revoked_api_ticket_and_takes_one_of_the_next),
        cmocka_unit_test(wechat_refuses_a_card_when_its_api_ticket_has_ended),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
