/* Tickets against WeChat's view of them: each kind of drift is found, repaired by its own means, and then gone. No
 * push reaches us here, so all that users do at the simulated WeChat makes tickets drift. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drift.h"
#include "text.h"

static struct scene scene;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    scene = rehearsal_template("fest", "adult", "merchant", 400, 10);
    rehearsal_fill(&scene);
    return 0;
}

/* --- what happens at WeChat --- */

static void add(const char *id, const char *openid) {
    struct answer a = claim(&scene, id);
    text_copy(scene.card_id, sizeof scene.card_id, a.card_id);
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, openid), "ok");
}

static void user(const char *command, const char *id, const char *more) {
    char line[256];
    snprintf(line, sizeof line, "{\"card_id\":\"%s\",\"code\":\"%s\"%s}", scene.card_id,
             scene_ticket(&scene, id, "t.code"), more);
    cJSON_Delete(sim_post(command, line));
}

/* Through us, and then we forget it. */
static void act_unseen(const char *verb, const char *id) {
    char line[128];
    snprintf(line, sizeof line, "ticket %s %s --template adult --yes", verb, scene_ticket(&scene, id, "t.code"));
    rehearsal_worker(0, line);
    rehearsal_worker(0, "run ticket_bulk");
    test_sql(NULL,
             "delete from kaquan.ticket_event where request_id = '%s' and detail ? 'bulk';"
             " update kaquan.ticket set state = 'handed_out' where request_id = '%s'",
             id, id);
}

/* Something here that WeChat was not told. */
static void step_here(const char *id, const char *kind, const char *state) {
    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind) values ('%s', %" PRId32 ", '%s');"
             " update kaquan.ticket set state = '%s' where request_id = '%s'",
             id, scene.template_id, kind, state, id);
}

/* --- comparing and repairing --- */

static void compare(const char *id) {
    char line[128];
    snprintf(line, sizeof line, "ticket reconcile adult --filter request:%s", id);
    rehearsal_worker(0, line);
    rehearsal_worker(0, "run ticket_reconcile");
}

/* The kind of the ticket's open drift, or "". */
static const char *drift_of(const char *id) {
    return test_sql(NULL,
                    "select coalesce(max(kind), '') from kaquan.ticket_drift where request_id = '%s' and repaired_at"
                    " is null",
                    id);
}

static int repair_drift(const char *id, const char *answers) {
    char drift[24];
    snprintf(
        drift, sizeof drift, "%" PRId64,
        test_number(NULL, "select id from kaquan.ticket_drift where request_id = '%s' and repaired_at is null", id));
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "repair", "adult", drift, answers);
    return o.exit_code;
}

static const char *state_of(const char *id) {
    return scene_ticket(&scene, id, "concat_ws(' ', t.state, t.holder)");
}

/* Found, repaired as a severe act or not, and then agreed upon. */
static void drifts(const char *id, const char *kind, bool severe, const char *repaired) {
    compare(id);
    assert_string_equal(drift_of(id), kind);
    assert_int_equal(repair_drift(id, severe ? "--yes" : "--no-input"), 64);
    assert_int_equal(repair_drift(id, severe ? "--confirm=adult" : "--yes"), 0);
    rehearsal_worker(0, "run ticket_repair");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(state_of(id), repaired);
    assert_string_equal(drift_of(id), "");
    compare(id);
    assert_string_equal(drift_of(id), "");
}

TEST(what_is_repaired_already_is_not_repaired_again) {
    add("w", "oW");
    compare("w");
    assert_int_equal(repair_drift("w", "--yes"), 0);
    assert_int_equal(repair_drift("w", "--yes"), 65); /* it waits for the worker */
    rehearsal_worker(0, "run ticket_repair");
    assert_string_equal(state_of("w"), "added oW");
}

TEST(a_card_in_a_wallet_is_added_here) {
    add("a", "oA");
    drifts("a", "added", false, "added oA");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket_event where request_id = 'a' and kind = 'added'"), 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_person where person = 'oA'"), 1);
    assert_true(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'ticket_repair'") > 0);
}

TEST(a_gift_has_another_holder) {
    add("h", "oGiver");
    drifts("h", "added", false, "added oGiver");
    user("/sim/gift", "h", ",\"friend\":\"oFriend\",\"accept\":false");
    drifts("h", "gifted", false, "gifted oGiver");
    user("/sim/gift", "h", ",\"friend\":\"oFriend\"");
    drifts("h", "added", false, "added oFriend");
    user("/sim/gift", "h", ",\"friend\":\"oThird\"");
    drifts("h", "holder", false, "added oThird");
}

TEST(a_deleted_card_is_deleted_here) {
    add("d", "oD");
    user("/sim/delete", "d", "");
    drifts("d", "deleted", false, "deleted");
}

TEST(a_card_that_wechat_does_not_know_is_in_no_wallet) {
    claim(&scene, "g");
    compare("g");
    assert_string_equal(drift_of("g"), ""); /* nobody has added it */
    step_here("g", "added", "added");
    drifts("g", "gone", false, "deleted");
}

TEST(what_ended_at_wechat_ends_here) {
    add("c", "oC");
    act_unseen("consume", "c");
    drifts("c", "consumed", false, "consumed");
    add("v", "oV");
    act_unseen("void", "v");
    drifts("v", "void", false, "void");
}

TEST(what_ended_here_is_ended_at_wechat_again) {
    add("nc", "oC");
    step_here("nc", "consumed", "consumed");
    drifts("nc", "not_consumed", true, "consumed");
    add("nv", "oV");
    step_here("nv", "void", "void");
    drifts("nv", "not_void", true, "void");
}

/* A code of a known holder that no ticket has, until a ticket has it. */
TEST(a_code_of_nobody_here_is_left_to_a_person) {
    char code[24];
    add("s1", "oS");
    add("s2", "oS");
    text_copy(code, sizeof code, scene_ticket(&scene, "s2", "t.code"));
    test_sql(NULL, "update kaquan.ticket set code = 'MISLAID' where request_id = 's2'");
    drifts("s1", "added", false, "added oS");
    assert_string_equal(
        test_sql(NULL,
                 "select concat_ws(' ', kind, request_id, openid, theirs) from kaquan.ticket_drift where code = '%s'",
                 code),
        "stray oS held");
    rehearsal_worker(0, "ticket repair adult");
    char line[64];
    snprintf(line, sizeof line, "ticket repair adult %" PRId64 " --yes",
             test_number(NULL, "select id from kaquan.ticket_drift where code = '%s'", code));
    rehearsal_worker(65, line);
    test_sql(NULL, "update kaquan.ticket set code = '%s' where request_id = 's2'", code);
    drifts("s2", "added", false, "added oS");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_drift where repaired_at is null"), 0);
}

TEST(a_status_that_nobody_knows_is_shown_as_it_came) {
    add("x", "oX");
    cJSON_Delete(sim_post("/sim/faults", "{\"path\":\"/card/code/get\",\"kind\":\"patch\",\"set\":"
                                         "{\"user_card_status\":\"FROZEN\"},\"nth\":1}"));
    compare("x");
    assert_string_equal(drift_of("x"), "strange");
    assert_string_equal(
        test_sql(NULL, "select theirs from kaquan.ticket_drift where request_id = 'x' and repaired_at is null"),
        "FROZEN");
    assert_int_equal(repair_drift("x", "--yes"), 65);
    drifts("x", "added", false, "added oX");
}

/* Nothing of it is done to a ticket that is right, and one that became right by itself has no drift any more. */
TEST(a_drift_ends_when_the_push_comes_late) {
    add("l", "oL");
    compare("l");
    assert_string_equal(drift_of("l"), "added");
    step_here("l", "added", "added");
    compare("l");
    assert_string_equal(
        test_sql(NULL, "select string_agg(repair, ' ') from kaquan.ticket_drift where request_id = 'l'"),
        "agrees again");
}

TEST(what_agrees_is_no_drift) {
    static const struct {
        const char *state, *status;
    } same[] = {{"claiming", ""},          {"handed_out", ""},    {"added", "NORMAL"},    {"added", "EXPIRE"},
                {"added", "GIFT_TIMEOUT"}, {"gifted", "GIFTING"}, {"deleted", "DELETE"},  {"deleted", ""},
                {"consumed", "CONSUMED"},  {"consumed", ""},      {"consumed", "EXPIRE"}, {"void", "UNAVAILABLE"},
                {"void", "DELETE"},        {"expired", "EXPIRE"}, {"expired", "NORMAL"},  {"expired", ""}};
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (drift_judge(same[i].state, "oA", same[i].status, "oA") != DRIFT_NONE)
            test_fail("%s and %s", same[i].state, same[i].status);
    assert_int_equal(drift_judge("expired", "oA", "CONSUMED", "oA"), DRIFT_CONSUMED);
    assert_int_equal(drift_judge("expired", "oA", "DELETE", "oA"), DRIFT_DELETED);
    assert_int_equal(drift_judge("added", "oA", "NORMAL", "oB"), DRIFT_HOLDER);
    assert_int_equal(drift_judge("added", "", "NORMAL", "oB"), DRIFT_NONE);
}

/* Killed behind the calls of its second page: it goes on there, and asks about no ticket of the first again. */
TEST(a_comparison_goes_on_where_it_was_killed) {
    for (int i = 0; i < 120; i++) {
        char id[24];
        snprintf(id, sizeof id, "many-%d", i);
        claim(&scene, id);
    }
    rehearsal_worker(0, "ticket reconcile adult --filter request:many* --limit 110");
    rehearsal_killed("reconcile_before_record:2", "ticket_reconcile");
    assert_string_equal(test_sql(NULL, "select concat_ws(' ', looked, place is null, ended_at is null) from"
                                       " kaquan.ticket_reconcile"),
                        "100 f t");
    rehearsal_worker(0, "run ticket_reconcile");
    assert_string_equal(
        test_sql(NULL, "select concat_ws(' ', looked, ended_at is null) from kaquan.ticket_reconcile"), "110 f");
}

TEST(many_repairs_want_the_name_of_the_template) {
    for (int i = 0; i < 11; i++) {
        char id[24];
        snprintf(id, sizeof id, "many-%d", i);
        add(id, "oMany");
    }
    rehearsal_worker(0, "ticket reconcile adult --filter request:many*");
    rehearsal_worker(0, "run ticket_reconcile");
    rehearsal_worker(64, "ticket repair adult --yes");
    rehearsal_worker(0, "ticket repair adult --confirm=adult");
    rehearsal_worker(0, "run ticket_repair");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket where holder = 'oMany'"), 11);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_drift where repaired_at is null"), 0);
}

TEST(the_list_says_what_differs_and_what_repairs_it) {
    add("list", "oList");
    compare("list");
    AUTO_OUTPUT struct test_output open = test_worker("ticket", "drift", "adult", "--json");
    AUTO_OUTPUT struct test_output repaired = test_worker("ticket", "drift", "--state", "repaired", "--json");
    assert_non_null(strstr(buf_str(&open.out), "\"kaquan.drift.1\""));
    assert_non_null(strstr(buf_str(&open.out), "the ticket takes the step added"));
    assert_null(strstr(buf_str(&open.out), "oMany"));
    assert_non_null(strstr(buf_str(&repaired.out), "oMany"));
    rehearsal_worker(64, "ticket drift --state closed");
    AUTO_OUTPUT struct test_output erased =
        rehearsal_reading("oList", "ticket erase --openid-file - --confirm=erase");
    assert_int_equal(erased.exit_code, 0);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_drift where openid = 'oList'"), 0);
}

TEST(repaired_drifts_are_forgotten_after_a_time_and_open_ones_are_not) {
    add("old", "oOld");
    compare("old");
    test_sql(NULL, "update kaquan.ticket_drift set repaired_at = repaired_at - interval '10 years',"
                   " found_at = found_at - interval '10 years';"
                   " insert into kaquan.job (kind) values ('prune')");
    rehearsal_worker(0, "run prune");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_drift where repaired_at is not null"), 0);
    assert_string_equal(drift_of("old"), "added");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_repaired_already_is_not_repaired_again),
        cmocka_unit_test(a_card_in_a_wallet_is_added_here),
        cmocka_unit_test(a_gift_has_another_holder),
        cmocka_unit_test(a_deleted_card_is_deleted_here),
        cmocka_unit_test(a_card_that_wechat_does_not_know_is_in_no_wallet),
        cmocka_unit_test(what_ended_at_wechat_ends_here),
        cmocka_unit_test(what_ended_here_is_ended_at_wechat_again),
        cmocka_unit_test(a_code_of_nobody_here_is_left_to_a_person),
        cmocka_unit_test(a_status_that_nobody_knows_is_shown_as_it_came),
        cmocka_unit_test(a_drift_ends_when_the_push_comes_late),
        cmocka_unit_test(what_agrees_is_no_drift),
        cmocka_unit_test(a_comparison_goes_on_where_it_was_killed),
        cmocka_unit_test(many_repairs_want_the_name_of_the_template),
        cmocka_unit_test(the_list_says_what_differs_and_what_repairs_it),
        cmocka_unit_test(repaired_drifts_are_forgotten_after_a_time_and_open_ones_are_not),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
