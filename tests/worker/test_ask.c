/* What people ask of WeChat without the worker's key: the worker calls for them, each answer goes to who asked and to
 * nobody else, what may not be repeated is called once, and nothing of it stays. */
#include "member.h"
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wx_api.h"

#define SCALE 60
#define PERSON "oAbcdefghijklmnopqrstuvwxyz1"
#define PICTURE "\x89PNG\r\n\x1a\nPICTUREOFANNA"
#define PICTURE_HEX "504943545552454f46414e4e41"
#define IPS "/cgi-bin/get_api_domain_ip"
#define LANDING "/card/landingpage/create"
#define QRCODE "/card/qrcode/create"

static const double SOON_SECONDS = 20;
static struct scene scene;
static const char *key_file;
static pid_t serve; /* of a test that left in the middle, too */

static bool is_approved(void *context UNUSED) {
    rehearsal_worker(0, "run");
    return test_number(NULL, "select count(*) from kaquan.template where status = 'approved'") == 1;
}

static int rehearse(void **state UNUSED) {
    static char path[128];
    rehearsal_begin(SCALE, 120, "--ticket-mode", "overlap");
    test_members();
    rehearsal_account("fest", "33333333333333333333333333333333");
    scene = rehearsal_template("fest", "adult", "wechat", 100, 10);
    test_wait_until(is_approved, NULL, SOON_SECONDS);
    snprintf(path, sizeof path, "%s", getenv("KAQUAN_KEY_FILE"));
    key_file = path;
    setenv("KAQUAN_PATIENCE", "20", 1);
    return 0;
}

static void serve_ends(void) {
    pid_t pid = serve;
    serve = 0;
    if (pid > 0)
        assert_int_equal(test_end(pid, SIGTERM, SOON_SECONDS), 143);
}

static int rehearse_end(void **state) {
    serve_ends();
    unsetenv("KAQUAN_PATIENCE");
    test_sql_close(OPERATOR);
    return rehearsal_end(state);
}

/* --- with and without the key --- */

static void with_key(bool there) {
    setenv("KAQUAN_KEY_FILE", there ? key_file : "/nowhere/worker.pem", 1);
}

static void serve_begins(void) {
    with_key(true);
    serve = rehearsal_serve("serve.log");
}

/* An operator's command, without the key; must end with `code` and say `words`. */
static void anna(int code, const char *words, const char *input, const char *line) {
    const char *arguments[32];
    char text[512], *rest = text;
    size_t n = 0;
    snprintf(text, sizeof text, "--yes --no-input %s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL && n < 31;)
        arguments[n++] = word;
    arguments[n] = NULL;
    with_key(false);
    AUTO_OUTPUT struct test_output o =
        test_worker_run(&(struct test_run){.user = OPERATOR, .input = input}, arguments);
    if (o.exit_code != code || (!strstr(buf_str(&o.out), words) && !strstr(buf_str(&o.err), words)))
        test_fail("%s: exit %d, not %d, or without \"%s\": %s%s", line, o.exit_code, code, words, buf_str(&o.out),
                  buf_str(&o.err));
}

/* The same, not waited for; what it says is in a file. */
static pid_t anna_begins(const char *line) {
    char text[512];
    with_key(false);
    snprintf(text, sizeof text, "exec '%s' --yes %s > '%s' 2>&1", test_path("KAQUAN_WORKER"), line,
             rehearsal_file("anna.log"));
    return test_start(&(struct test_run){.user = OPERATOR}, "/bin/sh", (const char *const[]){"-c", text, NULL});
}

static void anna_said(const char *words) {
    char text[2048] = "";
    FILE *file = fopen(rehearsal_file("anna.log"), "re");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[len] = '\0';
    if (file)
        fclose(file);
    if (!strstr(text, words))
        test_fail("\"%s\" is not in: %s", words, text);
}

static void worker(int code, const char *line) {
    with_key(true);
    rehearsal_worker(code, line);
}

static int64_t questions(void) {
    return test_number(NULL, "select count(*) from kaquan.wechat_ask");
}

static bool is_asked(void *context UNUSED) {
    return test_number(NULL, "select count(*) from kaquan.wechat_ask where answered_at is null") == 1;
}

static const char *file_with(const char *name, const char *text, size_t len) {
    const char *path = rehearsal_file(name);
    FILE *file = fopen(path, "we");
    if (!file || fwrite(text, 1, len, file) != len || fclose(file) != 0)
        test_fail("cannot write %s", path);
    return path;
}

static const char *line_with(const char *words, const char *path) {
    static char line[256];
    snprintf(line, sizeof line, "%s %s", words, path);
    return line;
}

static const char *page_line(void) {
    static const char page[] =
        "{\"banner\":\"http://mmbiz.qpic.cn/a/0\",\"page_title\":\"松湖\",\"scene\":\"SCENE_H5\","
        "\"card_list\":[{\"template\":\"adult\",\"thumb_url\":\"http://mmbiz.qpic.cn/b/0\"}]}";
    return line_with("template landing", file_with("page.json", page, sizeof page - 1));
}

/* In how many rows of all tables a text stands. */
static int64_t rows_with(const char *text) {
    return test_number(
        NULL,
        "select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from kaquan.%%I t"
        " where t::text like ''%%%%%s%%%%''', c.relname), false, true, '')))[1]::text::bigint)"
        " from pg_class c where c.relnamespace = 'kaquan'::regnamespace and c.relkind = 'r'",
        text);
}

/* --- asking --- */

TEST(an_operator_does_at_wechat_what_the_worker_does) {
    serve_begins();
    char adopted[128];
    anna(0, "106.55.206.146", NULL, "ip wechat fest");
    anna(0, IPS, NULL, "quota refresh fest");
    anna(65, "76002", NULL, "account rid fest 617623a4");
    anna(0, "http://mmbiz.qpic.cn/", NULL,
         line_with("template logo", file_with("logo.png", PICTURE, sizeof PICTURE - 1)));
    anna(0, "1 testers", PERSON "\n", "template testers --openid-file -");
    anna(0, "showqrcode?ticket=", NULL, "template qrcode adult --outer gate");
    anna(0, "mp.weixin.qq.com", NULL, page_line());
    anna(65, "43017", NULL, "template cell adult self-consume on");
    anna(0, "a push sends 0 fields", NULL, "template diff adult");
    anna(0, "a push sends 0 fields", NULL, "template push adult --dry-run");
    snprintf(adopted, sizeof adopted, "template adopt %s --key mine",
             test_sql(NULL, "select card_id from kaquan.template"));
    test_sql(NULL, "update kaquan.template set card_id = null, status = 'draft'; delete from kaquan.template_live");
    anna(0, "CARD_STATUS_VERIFY_OK", NULL, "template adopt");
    anna(0, "template mine is", NULL, adopted);
    assert_string_equal(test_sql(NULL, "select title || ' ' || status from kaquan.template where key = 'mine'"),
                        "adult approved");
    assert_string_equal(
        test_sql(NULL,
                 "select string_agg(distinct action, ' ' order by action) from kaquan.audit_log where who = 'anna'"),
        "template_adopt template_cell template_landing template_logo template_qrcode template_testers");
    assert_int_equal(questions(), 0);
    assert_true(rows_with("SCENE_H5") > 0); /* it looks: the page is in the audit log */
    assert_int_equal(rows_with(PERSON), 0);
    assert_int_equal(rows_with(PICTURE_HEX), 0);
}

TEST(a_refusal_is_said_in_the_language_of_who_asked) {
    serve_begins();
    anna(77, "未配置回调 URL", NULL, "ip callback fest --lang zh_CN");
}

TEST(a_run_by_cron_answers_as_well) {
    pid_t asks = anna_begins("ip wechat fest");
    test_wait_until(is_asked, NULL, SOON_SECONDS);
    worker(0, "run");
    assert_int_equal(test_end(asks, 0, SOON_SECONDS), 0);
    anna_said("106.55.206.146");
}

TEST(a_person_may_use_the_reserve_through_the_worker) {
    char json[160];
    serve_begins();
    anna(0, "", NULL, "ip wechat fest");
    snprintf(json, sizeof json, "{\"appid\":\"%s\",\"path\":\"" IPS "\",\"limit\":100,\"used\":95}",
             rehearsal_appid("fest"));
    cJSON_Delete(sim_post("/sim/quota", json));
    anna(0, IPS, NULL, "quota refresh fest");
    assert_string_equal(
        test_sql(NULL, "select left_for_jobs < 0 from kaquan.quota_status where endpoint = '" IPS "'"), "t");
    anna(0, "106.55.206.146", NULL, "ip wechat fest");
}

/* --- giving up --- */

TEST(a_question_that_no_worker_answers_is_withdrawn) {
    setenv("KAQUAN_PATIENCE", "1", 1);
    anna(69, "no worker answered within 1 s; the question is withdrawn", NULL, "ip wechat fest");
    assert_int_equal(questions(), 0);
    worker(0, "run");
    assert_int_equal(rehearsal_calls("fest", IPS), 0);
}

TEST(an_interrupt_withdraws_the_question) {
    pid_t asks = anna_begins("ip wechat fest");
    test_wait_until(is_asked, NULL, SOON_SECONDS);
    assert_int_equal(test_end(asks, SIGINT, SOON_SECONDS), 130);
    assert_int_equal(questions(), 0);
    worker(0, "run");
    assert_int_equal(rehearsal_calls("fest", IPS), 0);
}

TEST(a_question_that_nobody_waits_for_is_not_asked) {
    test_sql(OPERATOR, "select kaquan.wechat_ask_add(%" PRId64 ", '" IPS "', null, null, null, null)", scene.account);
    test_sql(NULL, "update kaquan.wechat_ask set asked_at = now() - interval '6 min'");
    worker(0, "run wechat_ask");
    assert_int_equal(questions(), 0);
    assert_int_equal(rehearsal_calls("fest", IPS), 0);
}

/* --- whose it is, and what is not for people --- */

TEST(an_answer_is_taken_by_who_asked_and_once) {
    const char *id = test_sql(
        OPERATOR, "select kaquan.wechat_ask_add(%" PRId64 ", '" IPS "', null, null, null, null)", scene.account);
    worker(0, "run wechat_ask");
    test_sql_refused(AUDITOR, "42501", "select * from kaquan.wechat_ask_take(%s, true)", id);
    test_sql_refused(OPERATOR, "42501", "select * from kaquan.wechat_ask");
    assert_int_equal(test_number("kaquan_worker", "select count(*) from kaquan.wechat_ask_take(%s, true)", id), 0);
    assert_int_equal(questions(), 1);
    assert_string_equal(test_sql(OPERATOR, "select answer ~ 'ip_list' from kaquan.wechat_ask_take(%s, false)", id),
                        "t");
    assert_int_equal(questions(), 0);
}

TEST(an_endpoint_that_is_not_for_people_is_refused) {
    int refused = 0;
    for (enum wx_endpoint_id id = 0; id < WX_ENDPOINTS; id++) {
        const struct wx_endpoint *e = wx_endpoint(id);
        if (e->askable)
            continue;
        test_sql(OPERATOR, "select kaquan.wechat_ask_add(%" PRId64 ", '%s', '{}', null, null, null)", scene.account,
                 e->path);
        refused++;
    }
    test_sql(OPERATOR, "select kaquan.wechat_ask_add(%" PRId64 ", '/sns/jscode2session', null, null, null, null)",
             scene.account);
    const int64_t before = test_number(NULL, "select sum(calls) from kaquan.api_usage");
    worker(0, "run wechat_ask");
    assert_int_equal(test_number(NULL, "select sum(calls) from kaquan.api_usage"), before);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.wechat_ask where answer is null and body is null"
                                       " and kind = 'permission' and error_text ~ 'is not called for people'"),
                     refused + 1);
}

/* --- a worker that dies --- */

/* The worker ends at the point while the command waits; then another one comes. */
static void killed_at(const char *point, const char *line, int code, const char *says) {
    pid_t asks = anna_begins(line);
    test_wait_until(is_asked, NULL, SOON_SECONDS);
    with_key(true);
    rehearsal_killed(point, "wechat_ask");
    worker(0, "run wechat_ask");
    assert_int_equal(test_end(asks, 0, SOON_SECONDS), code);
    anna_said(says);
    assert_int_equal(questions(), 0);
}

TEST(a_call_that_may_not_be_repeated_is_made_once) {
    killed_at("ask_before_answer", page_line(), 69, "outcome unknown: look before repeating");
    assert_int_equal(rehearsal_calls("fest", LANDING), 1);
    killed_at("ask_before_call", page_line(), 69, "outcome unknown: look before repeating");
    assert_int_equal(rehearsal_calls("fest", LANDING), 1);
}

TEST(a_call_that_may_be_repeated_is_answered_by_the_next_worker) {
    killed_at("ask_before_answer", "template qrcode adult", 0, "showqrcode?ticket=");
    assert_int_equal(rehearsal_calls("fest", QRCODE), 2);
}

TEST(what_was_begun_and_is_given_up_is_said_to_be_unknown) {
    setenv("KAQUAN_PATIENCE", "2", 1);
    pid_t asks = anna_begins(page_line());
    test_wait_until(is_asked, NULL, SOON_SECONDS);
    with_key(true);
    rehearsal_killed("ask_before_call", "wechat_ask");
    assert_int_equal(test_end(asks, 0, SOON_SECONDS), 69);
    anna_said("outcome unknown: look before repeating");
    assert_int_equal(questions(), 0);
}

TEST(an_answer_that_a_broken_connection_took_is_unknown) {
    pid_t asks = anna_begins(page_line());
    test_wait_until(is_asked, NULL, SOON_SECONDS);
    test_sql(NULL, "select pg_terminate_backend(pid) from pg_stat_activity where usename = '" OPERATOR "'"
                   " and application_name = 'kaquan-worker'");
    assert_int_equal(test_end(asks, 0, SOON_SECONDS), 69);
    anna_said("outcome unknown: look before repeating");
}

TEST(a_lost_answer_is_no_success) {
    serve_begins();
    cJSON_Delete(sim_post("/sim/faults", "{\"path\":\"" LANDING "\",\"kind\":\"cut\",\"nth\":1}"));
    anna(69, "outcome unknown: look before repeating", NULL, page_line());
    assert_int_equal(rehearsal_calls("fest", LANDING), 1);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, rehearse_end)
    const struct CMUnitTest tests[] = {
        CASE(an_operator_does_at_wechat_what_the_worker_does),
        CASE(a_refusal_is_said_in_the_language_of_who_asked),
        CASE(a_run_by_cron_answers_as_well),
        CASE(a_person_may_use_the_reserve_through_the_worker),
        CASE(a_question_that_no_worker_answers_is_withdrawn),
        CASE(an_interrupt_withdraws_the_question),
        CASE(a_question_that_nobody_waits_for_is_not_asked),
        CASE(an_answer_is_taken_by_who_asked_and_once),
        CASE(an_endpoint_that_is_not_for_people_is_refused),
        CASE(a_call_that_may_not_be_repeated_is_made_once),
        CASE(a_call_that_may_be_repeated_is_answered_by_the_next_worker),
        CASE(what_was_begun_and_is_given_up_is_said_to_be_unknown),
        CASE(an_answer_that_a_broken_connection_took_is_unknown),
        CASE(a_lost_answer_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
