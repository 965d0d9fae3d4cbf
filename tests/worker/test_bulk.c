/* Acts on tickets through WeChat, as the simulator carries them out: each ticket has its result, nothing is done
 * twice or forgotten when the worker dies, and many at once want a confirmation. And a person taken out of
 * everything. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { SOME = 12 };
static const double SECONDS = 30;

static struct scene scene;

/* A template whose cards c-1 .. are claimed and added by users. */
static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    scene = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&scene);
    for (int i = 1; i <= SOME * 3; i++) {
        char id[24];
        snprintf(id, sizeof id, "c-%d", i);
        struct answer a = claim(&scene, id);
        assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    }
    return 0;
}

static const char *code_of(int i) {
    char id[24];
    snprintf(id, sizeof id, "c-%d", i);
    return scene_ticket(&scene, id, "t.code");
}

/* What `input` has, through --ids-from -; the exit code. */
static int act(const char *verb, const char *template, const char *confirmation, const char *input) {
    const struct test_run how = {.input = input};
    AUTO_OUTPUT struct test_output o = test_worker_run(
        &how, (const char *const[]){"ticket", verb, "--template", template, "--ids-from", "-", confirmation, NULL});
    return o.exit_code;
}

static const char *results(void) {
    return test_sql(NULL, "select string_agg(state, ' ' order by n) from kaquan.bulk_item where bulk_id ="
                          " (select max(id) from kaquan.bulk)");
}

static char *codes(int from, int to) {
    AUTO_BUF struct buf text = {0};
    for (int i = from; i <= to; i++)
        buf_printf(&text, "%s\n", code_of(i));
    return mem_text(buf_str(&text));
}

TEST(tickets_become_void_and_each_has_its_result) {
    char input[200];
    snprintf(input, sizeof input, "%s\n\n%s\r\n", code_of(1), code_of(2));
    assert_int_equal(act("void", "adult", NULL, input), 64); /* unasked */
    assert_int_equal(act("void", "adult", "--yes", input), 0);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "done done");
    assert_string_equal(scene_ticket(&scene, "c-1", "t.state"), "void");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_event where kind = 'void'"), 2);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'ticket_void'"), 1);
    snprintf(input, sizeof input, "%s\n", code_of(1)); /* a void ticket cannot be consumed */
    assert_int_equal(act("consume", "adult", "--yes", input), 0);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "failed");
    assert_int_equal(test_number(NULL, "select max(errcode) from kaquan.bulk_item"), 40127);
    assert_string_equal(scene_ticket(&scene, "c-1", "t.state"), "void");
}

TEST(many_at_once_want_the_name_of_the_template) {
    char *input = codes(3, 3 + 10);
    assert_int_equal(act("void", "adult", "--yes", input), 64);
    assert_int_equal(act("void", "adult", "--confirm=child", input), 64);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.bulk_item where code = '%s'", code_of(3)), 0);
    free(input);
}

TEST(a_list_with_one_wrong_line_is_refused_whole) {
    char input[200];
    int64_t before = test_number(NULL, "select count(*) from kaquan.bulk");
    snprintf(input, sizeof input, "%s\nUNKNOWN\n", code_of(4));
    assert_int_equal(act("consume", "adult", "--yes", input), 65);
    snprintf(input, sizeof input, "%s\n%s\n", code_of(4), code_of(4));
    assert_int_equal(act("consume", "adult", "--yes", input), 65);
    snprintf(input, sizeof input, "%s more\n", code_of(4));
    assert_int_equal(act("consume", "adult", "--yes", input), 65);
    assert_int_equal(act("change-code", "adult", "--yes", code_of(4)), 65);
    snprintf(input, sizeof input, "%s %s\n", code_of(4), code_of(5)); /* the code of another ticket */
    assert_int_equal(act("change-code", "adult", "--yes", input), 65);
    snprintf(input, sizeof input, "%s {\"seat_number\":\"1\"}\n", code_of(4)); /* not of a scenic ticket */
    assert_int_equal(act("update", "adult", "--yes", input), 65);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.bulk"), before);
}

/* --- details --- */

/* Types of cards whose tickets can change, what a person writes of one, and what WeChat has then. */
static const struct kind {
    const char *type, *rest, *typed, *json, *wrong, *why, *missing, *lacks;
    int errcode; /* WeChat's, of what lacks */
} kinds[] = {
    {"meeting_ticket", "\"meeting_detail\":\"松湖音乐节\"",
     "zone=B seat_number=\"Row 1 12\" entrance=北门 begin_time=2026-12-01T19:30 end_time=\"2026-12-01 22:00\"",
     "{\"zone\":\"B\",\"seat_number\":\"Row 1 12\",\"entrance\":\"北门\",\"begin_time\":1796124600,"
     "\"end_time\":1796133600}",
     "seat_number=1 begin_time=later", "line 2: begin_time: \"later\" does not fit", "zone=B",
     "line 2: seat_number is missing", 41017},
    {"movie_ticket", "\"detail\":\"流浪地球\"",
     "ticket_class=3D show_time=2026-12-01T19:30+08:00 duration=125 screening_room=\"Room 4\" seat_number=A1,A2",
     "{\"ticket_class\":\"3D\",\"show_time\":1796124600,\"duration\":125,\"screening_room\":\"Room 4\","
     "\"seat_number\":[\"A1\",\"A2\"]}",
     "ticket_class=3D show_time=2026-12-01T19:30 duration=long", "line 2: duration: \"long\" does not fit",
     "show_time=2026-12-01T19:30 duration=1", "line 2: ticket_class is missing", 41014},
    {"boarding_pass",
     "\"from\":\"广州\",\"to\":\"北京\",\"flight\":\"CZ1\",\"air_model\":\"A380\",\"departure_time\":1900000000,"
     "\"landing_time\":1900010000",
     "passenger_name=李华 class=头等舱 seat=12A etkt_bnr=12345678901234 qrcode_data=x=y is_cancel=off gate=C12"
     " boarding_time=2026-12-01T19:30",
     "{\"passenger_name\":\"李华\",\"class\":\"头等舱\",\"seat\":\"12A\",\"etkt_bnr\":\"12345678901234\","
     "\"qrcode_data\":\"x=y\",\"is_cancel\":false,\"gate\":\"C12\",\"boarding_time\":1796124600}",
     "class=经济舱经济舱", "line 2: class: \"经济舱经济舱\" does not fit", "seet=1",
     "line 2: a BOARDING_PASS has no detail \"seet\"", 0},
};

/* What WeChat shows beside the ticket of this request. */
static void details_are(const struct scene *s, const char *request, const char *json) {
    char path[128];
    snprintf(path, sizeof path, "/sim/code?card_id=%s&code=%s",
             test_sql(NULL,
                      "select card_id from kaquan.template"
                      " where key = '%s'",
                      s->key),
             scene_ticket(s, request, "t.code"));
    cJSON *answer = sim_get(path), *wanted = cJSON_Parse(json);
    cJSON *details = cJSON_GetObjectItem(answer, "details");
    if (!cJSON_Compare(details, wanted, true))
        fail_msg("%s has %s", s->key, cJSON_PrintUnformatted(details));
    cJSON_Delete(wanted);
    cJSON_Delete(answer);
}

static struct test_output update(const struct scene *s, const char *input) {
    const struct test_run how = {.input = input};
    return test_worker_run(&how,
                           (const char *const[]){"ticket", "update", "--template", s->key, "--ids-from", "-", NULL});
}

static void ticket_of(const struct scene *s, const char *request, char code[24]) {
    struct answer a = claim(s, request);
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    text_copy(code, 24, scene_ticket(s, request, "t.code"));
}

static void is_refused(const struct scene *s, const char *code, const char *details, const char *why) {
    char input[400];
    snprintf(input, sizeof input, "\n%s %s\n", code, details);
    AUTO_OUTPUT struct test_output o = update(s, input);
    assert_int_equal(o.exit_code, 65);
    if (strstr(buf_str(&o.err), why) == NULL)
        fail_msg("%s", buf_str(&o.err));
}

static void is_accepted(const struct scene *s, const char *code, const char *details) {
    char input[600];
    snprintf(input, sizeof input, "%s %s\n", code, details);
    AUTO_OUTPUT struct test_output o = update(s, input);
    if (o.exit_code != 0)
        fail_msg("%s", buf_str(&o.err));
}

static void details_arrive(const struct kind *k) {
    struct scene s = rehearsal_template_of("fest", k->type, k->rest, 10);
    char code[24];
    rehearsal_fill(&s);
    ticket_of(&s, "typed", code);
    is_refused(&s, code, k->wrong, k->why);
    is_refused(&s, code, k->missing, k->lacks);
    details_are(&s, "typed", "{}");
    is_accepted(&s, code, k->typed);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "done");
    details_are(&s, "typed", k->json);
    ticket_of(&s, "json", code);
    is_accepted(&s, code, k->json);
    rehearsal_worker(0, "run ticket_bulk");
    details_are(&s, "json", k->json);
    if (k->errcode == 0)
        return;
    is_accepted(&s, code, k->json); /* what WeChat says of one that lacks what it needs */
    test_sql(NULL, "update kaquan.bulk_item set argument = argument - 'seat_number' - 'ticket_class'"
                   " where state = 'waiting'");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "failed");
    assert_int_equal(test_number(NULL, "select errcode from kaquan.bulk_item order by bulk_id desc limit 1"),
                     k->errcode);
}

TEST(what_a_person_writes_of_tickets_is_what_wechat_shows) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        details_arrive(&kinds[i]);
}

TEST(the_command_takes_the_details_of_several_tickets) {
    char words[2][24];
    struct scene s = {.key = "meeting_ticket"};
    s.template_id = (int32_t)test_number(NULL, "select id from kaquan.template where key = 'meeting_ticket'");
    s.account = scene.account;
    ticket_of(&s, "one", words[0]);
    ticket_of(&s, "two", words[1]);
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "update", words[0], "seat_number=Row 1", "zone=A",
                                                   words[1], "seat_number=2", "--template=meeting_ticket");
    assert_int_equal(o.exit_code, 0);
    rehearsal_worker(0, "run ticket_bulk");
    details_are(&s, "one", "{\"seat_number\":\"Row 1\",\"zone\":\"A\"}");
    details_are(&s, "two", "{\"seat_number\":\"2\"}");
}

TEST(a_changed_code_keeps_the_ticket_and_the_code_before) {
    char input[200], old[24];
    text_copy(old, sizeof old, code_of(6));
    snprintf(input, sizeof input, "%s FRESH-6\n", old);
    assert_int_equal(act("change-code", "adult", "--yes", input), 0);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "done");
    assert_string_equal(code_of(6), "FRESH-6");
    assert_string_equal(test_sql(NULL, "select request_id from kaquan.ticket_past_code where code = '%s'", old),
                        "c-6");
    assert_int_equal(act("consume", "adult", "--yes", "FRESH-6\n"), 0); /* WeChat knows it, too */
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(scene_ticket(&scene, "c-6", "t.state"), "consumed");
}

/* Killed after WeChat did it and before we wrote it down: the repetition finds it done. */
TEST(a_worker_that_dies_between_call_and_record_does_it_once) {
    static const char *const verbs[] = {"consume", "void", "change-code"};
    for (int i = 0; i < 3; i++) {
        char input[200];
        snprintf(input, sizeof input, i == 2 ? "%s LATER\n" : "%s\n", code_of(20 + i));
        assert_int_equal(act(verbs[i], "adult", "--yes", input), 0);
        rehearsal_killed("bulk_after_call", "ticket_bulk");
        assert_string_equal(results(), "sending");
        rehearsal_worker(0, "run ticket_bulk");
        assert_string_equal(results(), "done");
        assert_string_equal(test_sql(NULL, "select text from kaquan.bulk_item order by bulk_id desc limit 1"),
                            "it was so already");
    }
    assert_string_equal(scene_ticket(&scene, "c-20", "t.state"), "consumed");
    assert_string_equal(scene_ticket(&scene, "c-21", "t.state"), "void");
    assert_string_equal(code_of(22), "LATER");
}

/* Nobody knows then whether WeChat was called: the repetition calls, and WeChat does it. */
TEST(a_worker_that_dies_just_before_the_call_does_it_once) {
    static const char *const verbs[] = {"consume", "void", "change-code"}, *const paths[] = {"/card/code/consume",
                                                                                             "/card/code/unavailable",
                                                                                             "/card/code/update"};
    for (int i = 0; i < 3; i++) {
        char input[200];
        int before = rehearsal_calls("fest", paths[i]);
        snprintf(input, sizeof input, i == 2 ? "%s FIRST\n" : "%s\n", code_of(9 + i));
        assert_int_equal(act(verbs[i], "adult", "--yes", input), 0);
        rehearsal_killed("bulk_before_call", "ticket_bulk");
        assert_string_equal(results(), "sending");
        assert_int_equal(rehearsal_calls("fest", paths[i]), before);
        rehearsal_worker(0, "run ticket_bulk");
        assert_string_equal(results(), "done");
        assert_string_equal(test_sql(NULL, "select text from kaquan.bulk_item order by bulk_id desc limit 1"), "");
        assert_int_equal(rehearsal_calls("fest", paths[i]), before + 1);
    }
    assert_string_equal(scene_ticket(&scene, "c-9", "t.state"), "consumed");
    assert_string_equal(scene_ticket(&scene, "c-10", "t.state"), "void");
    assert_string_equal(code_of(11), "FIRST");
}

static void cancel(int exit_code) {
    char line[64];
    snprintf(line, sizeof line, "bulk cancel %" PRId64 " --yes",
             test_number(NULL, "select max(id) from kaquan.bulk"));
    rehearsal_worker(exit_code, line);
}

TEST(what_is_still_open_can_be_given_up) {
    char input[64];
    snprintf(input, sizeof input, "%s\n", code_of(8));
    assert_int_equal(act("void", "adult", "--yes", input), 0);
    cancel(0);
    cancel(65);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "cancelled");
    assert_string_equal(scene_ticket(&scene, "c-8", "t.state"), "handed_out");
}

/* It stops where WeChat has done the first one and that is not recorded yet. */
TEST(a_running_job_sends_nothing_more_once_its_act_is_given_up) {
    int before = rehearsal_calls("fest", "/card/code/unavailable");
    char *input = codes(24, 28);
    assert_int_equal(act("void", "adult", "--yes", input), 0);
    pid_t pid = rehearsal_stopped("bulk_after_call:1:stop", "run ticket_bulk");
    cancel(0);
    assert_string_equal(results(), "sending cancelled cancelled cancelled cancelled");
    assert_int_equal(test_end(pid, SIGCONT, SECONDS), 0);
    assert_string_equal(results(), "done cancelled cancelled cancelled cancelled");
    assert_int_equal(rehearsal_calls("fest", "/card/code/unavailable"), before + 1);
    assert_string_equal(scene_ticket(&scene, "c-24", "t.state"), "void");
    assert_string_equal(scene_ticket(&scene, "c-25", "t.state"), "handed_out");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.bulk where finished_at is null"), 0);
    free(input);
}

TEST(what_wechat_may_have_done_has_its_result_although_it_was_given_up) {
    char *input = codes(29, 30);
    assert_int_equal(act("consume", "adult", "--yes", input), 0);
    rehearsal_killed("bulk_after_call", "ticket_bulk");
    cancel(0);
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "done cancelled");
    free(input);
}

TEST(what_wechat_did_not_do_yet_can_be_given_up) {
    char *input = codes(31, 32);
    assert_int_equal(act("consume", "adult", "--yes", input), 0);
    cJSON_Delete(sim_post("/sim/faults",
                          "{\"path\":\"/card/code/consume\",\"kind\":\"errcode\",\"errcode\":45009,\"nth\":1}"));
    rehearsal_worker(75, "run ticket_bulk");
    assert_string_equal(results(), "waiting waiting");
    cancel(0);
    assert_string_equal(results(), "cancelled cancelled");
    test_sql(NULL, "delete from kaquan.api_usage; update kaquan.job set run_at = now() where state = 'queued'");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "cancelled cancelled");
    free(input);
}

TEST(a_new_code_that_another_ticket_got_meanwhile_stops_nothing_else) {
    char input[200];
    snprintf(input, sizeof input, "%s TAKEN\n%s FREE\n", code_of(33), code_of(34));
    assert_int_equal(act("change-code", "adult", "--yes", input), 0);
    test_sql(NULL, "update kaquan.ticket set code = 'TAKEN' where request_id = 'c-35'");
    rehearsal_worker(0, "run ticket_bulk");
    assert_string_equal(results(), "failed done");
    assert_string_equal(code_of(34), "FREE");
}

TEST(an_erased_person_is_nowhere_and_the_ticket_stays) {
    scene_claim(SCENE_BACKEND, scene.key, "mine", "oErase");
    test_sql(NULL, "update kaquan.ticket set holder = 'oErase' where request_id = 'mine'");
    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind, detail) values ('mine', %" PRId32
             ", 'added', '{\"openid\": \"oErase\", \"code\": \"x\"}')",
             scene.template_id);
    test_sql(NULL,
             "insert into kaquan.wx_event (account_id, digest, payload, state, openid, detail) values (%" PRId64
             ", '\\x01', '<xml>oErase</xml>', 'kept', 'oErase', '{}')",
             scene.account);
    test_sql(NULL, /* as a friend, and in pushes that nobody read or can read */
             "insert into kaquan.wx_event (account_id, digest, payload, state, openid, detail) values"
             " (%" PRId64 ", '\\x02', '<xml>oErase</xml>', 'coded', 'oOther', '{\"FriendUserName\": \"oErase\"}'),"
             " (%" PRId64 ", '\\x03', '<xml>oErase</xml>', 'new', null, null),"
             " (%" PRId64 ", '\\x04', '<xml>oErase', 'unread', null, null),"
             " (%" PRId64 ", '\\x05', '<xml><Encrypt>AAAA</Encrypt></xml>', 'unread', null, null)",
             scene.account, scene.account, scene.account, scene.account);
    rehearsal_worker(0, "run ticket_person");
    AUTO_OUTPUT struct test_output unsaid = rehearsal_reading("oErase", "ticket erase --openid-file - --yes");
    assert_int_equal(unsaid.exit_code, 64);
    AUTO_OUTPUT struct test_output said = rehearsal_reading("oErase", "ticket erase --openid-file - --confirm=erase");
    assert_non_null(strstr(buf_str(&said.err), "4 pushes"));
    assert_non_null(strstr(buf_str(&said.err), "1 pushes are encrypted"));
    assert_string_equal(test_sql(NULL, "select string_agg(distinct state, ' ') from kaquan.wx_event"), "unread");
    static const char *const tables[] = {"ticket", "ticket_event", "wx_event", "ticket_person", "audit_log"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        assert_int_equal(
            test_number(NULL, "select count(*) from kaquan.%s x where position('oErase' in x::text) > 0", tables[i]),
            0);
    assert_string_equal(scene_ticket(&scene, "mine", "t.state"), "handed_out");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'ticket_erase'"), 1);
    assert_string_equal(scene_claim(SCENE_BACKEND, scene.key, "mine", NULL).outcome,
                        "ok"); /* the request id still has it */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tickets_become_void_and_each_has_its_result),
        cmocka_unit_test(many_at_once_want_the_name_of_the_template),
        cmocka_unit_test(a_list_with_one_wrong_line_is_refused_whole),
        cmocka_unit_test(what_a_person_writes_of_tickets_is_what_wechat_shows),
        cmocka_unit_test(the_command_takes_the_details_of_several_tickets),
        cmocka_unit_test(a_changed_code_keeps_the_ticket_and_the_code_before),
        cmocka_unit_test(a_worker_that_dies_between_call_and_record_does_it_once),
        cmocka_unit_test(a_worker_that_dies_just_before_the_call_does_it_once),
        cmocka_unit_test(what_is_still_open_can_be_given_up),
        cmocka_unit_test(a_running_job_sends_nothing_more_once_its_act_is_given_up),
        cmocka_unit_test(what_wechat_may_have_done_has_its_result_although_it_was_given_up),
        cmocka_unit_test(what_wechat_did_not_do_yet_can_be_given_up),
        cmocka_unit_test(a_new_code_that_another_ticket_got_meanwhile_stops_nothing_else),
        cmocka_unit_test(an_erased_person_is_nowhere_and_the_ticket_stays),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
