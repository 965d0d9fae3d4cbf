/* People's logins at the command line, on a host without the worker's key: operators do all that the console offers,
 * auditors read it all and touch nothing, monitors watch. */
#include "member.h"
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "44444444444444444444444444444444"

static struct scene scene;

/* A command as a person types it; its exit code, and a word that it says. */
struct line {
    const char *user;
    const char *words[12];
    int code;
    const char *says;
};

static struct test_output type(const struct line *line, const char *input) {
    const char *words[16] = {"--yes", "--no-input"};

    for (size_t i = 0; i < ARRAY_LEN(line->words); i++)
        words[i + 2] = line->words[i];
    return test_worker_run(&(struct test_run){.user = line->user, .input = input}, words);
}

static void expect(const struct line *line, const char *input) {
    AUTO_OUTPUT struct test_output o = type(line, input);

    if (o.exit_code == line->code &&
        (!line->says || strstr(buf_str(&o.out), line->says) || strstr(buf_str(&o.err), line->says)))
        return;
    test_fail("%s: %s %s %s: exit %d, not %d, or without \"%s\": %s%s", line->user, line->words[0],
              line->words[1] ? line->words[1] : "", line->words[1] && line->words[2] ? line->words[2] : "",
              o.exit_code, line->code, line->says ? line->says : "", buf_str(&o.out), buf_str(&o.err));
}

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    test_members();
    rehearsal_account("fest", "33333333333333333333333333333333");
    scene = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&scene);
    for (int i = 1; i <= 6; i++) {
        char id[24];

        snprintf(id, sizeof id, "c-%d", i);
        claim(&scene, id);
    }
    test_sql(NULL,
             "insert into kaquan.gate_grant (login, account_id) select '" SCENE_BACKEND "', id from kaquan.account;"
             "update kaquan.ticket set code = 'T' || right(request_id, 1), openid = 'oVisitor';"
             "insert into kaquan.ticket_drift (template_id, request_id, code, kind, ours, theirs)"
             " values (%" PRId32 ", 'c-5', 'T5', 'added', 'handed_out', 'NORMAL')",
             scene.template_id);
    test_sql(SCENE_BACKEND, "select kaquan.ticket_admit('adult', 'T4', 'north', 'scan-1')");
    setenv("KAQUAN_KEY_FILE", "/nowhere/worker.pem", 1);
    return 0;
}

static int rehearse_end(void **state) {
    unsetenv("KAQUAN_KEY_FILE");
    return rehearsal_end(state);
}

/* Each as operator and as auditor; the last also as monitor. */
TEST(operators_and_auditors_read_everything) {
    static const char *const commands[][4] = {
        {"account", "list"},
        {"account", "trouble"},
        {"backend", "list"},
        {"gate", "list"},
        {"gate", "rule", "adult"},
        {"gate", "log"},
        {"template", "list"},
        {"template", "show", "adult"},
        {"pool", "list"},
        {"pool", "show", "adult"},
        {"pool", "codes", "adult"},
        {"job", "list"},
        {"job", "show", "1"},
        {"job", "log", "1"},
        {"ticket", "list"},
        {"ticket", "show", "T1"},
        {"ticket", "timeline", "T1"},
        {"ticket", "drift"},
        {"bulk", "list"},
        {"event", "list"},
        {"ip", "history"},
        {"quota", "list", "fest"},
        {"key", "list"},
        {"credential", "list"},
        {"stat", "show", "adult"},
        {"stat", "wechat", "fest"},
        {"audit", "list"},
        {"audit", "verify"},
        {"audit", "requests"},
        {"site", "show"},
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct line line = {OPERATOR, {commands[i][0], commands[i][1], commands[i][2]}, 0, NULL};

        expect(&line, NULL);
        line.user = AUDITOR;
        expect(&line, NULL);
    }
}

TEST(monitors_watch) {
    expect(&(struct line){MONITOR, {"metrics"}, 0, "kaquan_token_expiry_timestamp_seconds"}, NULL);
    AUTO_OUTPUT struct test_output o = type(&(struct line){MONITOR, {"health"}, 0, NULL}, NULL);
    assert_null(strstr(buf_str(&o.out), "denied"));
    assert_null(strstr(buf_str(&o.err), "denied"));
}

/* clang-format off */
TEST(operators_do_what_the_console_offers) {
    static const struct line lines[] = {
        {OPERATOR, {"account", "disable", "fest", "--reason=x"}, 0, NULL},
        {OPERATOR, {"account", "enable", "fest"}, 0, NULL},
        {OPERATOR, {"template", "set", "adult", "--target", "200", "--low", "20"}, 0, NULL},
        {OPERATOR, {"template", "set", "adult", "--paused", "on"}, 0, NULL},
        {OPERATOR, {"template", "set", "adult", "--paused", "off"}, 0, NULL},
        {OPERATOR, {"template", "stock", "adult", "+5"}, 0, NULL},
        {OPERATOR, {"template", "push", "adult"}, 0, NULL},
        {OPERATOR, {"pool", "fill", "adult"}, 0, NULL},
        {OPERATOR, {"job", "queue", "whitelist_check", "--account", "fest"}, 0, NULL},
        {OPERATOR, {"job", "queue", "prune", "--account", "fest"}, 64, "quota_learn"},
        {OPERATOR, {"ticket", "look", "T1"}, 0, "oVisitor"},
        {OPERATOR, {"ticket", "export", "--filter", "template:adult"}, 0, "T1"},
        {OPERATOR, {"ticket", "void", "T1", "--template", "adult", "--confirm=adult"}, 0, NULL},
        {OPERATOR, {"bulk", "cancel", "1"}, 0, NULL},
        {OPERATOR, {"ticket", "consume", "T2", "--template", "adult", "--confirm=adult"}, 0, NULL},
        {OPERATOR, {"ticket", "reconcile", "adult", "--limit", "5"}, 0, NULL},
        {OPERATOR, {"ticket", "repair", "adult"}, 0, NULL},
        {OPERATOR, {"gate", "rule", "adult", "entries=4"}, 0, NULL},
        {OPERATOR, {"gate", "annul", "adult", "scan-1", "--reason=x"}, 0, NULL},
        {OPERATOR, {"event", "replay", "--account", "fest"}, 0, NULL},
        {OPERATOR, {"quota", "reset", "fest", "--confirm=fest"}, 0, "1 of 10"},
        {OPERATOR, {"credential", "refresh", "fest", "force"}, 0, NULL},
        {OPERATOR, {"epoch", "revoke", "fest", "--confirm=fest"}, 0, NULL},
        {OPERATOR, {"site", "set", "margin", "150s"}, 0, NULL},
        {OPERATOR, {"doctor", "confirm", "card_function"}, 0, NULL},
        {OPERATOR, {"doctor"}, 0, "those of a person"},
    };
    for (size_t i = 0; i + 1 < ARRAY_LEN(lines); i++)
        expect(&lines[i], NULL);
    AUTO_OUTPUT struct test_output doctor = type(&lines[ARRAY_LEN(lines) - 1], NULL);
    assert_non_null(strstr(buf_str(&doctor.out), lines[ARRAY_LEN(lines) - 1].says));

    expect(&(struct line){OPERATOR, {"account", "add", "second", "--appid", "wx1111111111111111", "--secret-file", "-"}, 0, NULL}, SECRET);
    expect(&(struct line){OPERATOR, {"account", "set-secret", "second", "--secret-file", "-", "--confirm=second"}, 0, NULL}, SECRET);
    for (int i = 0; i < 2; i++)
        expect(&(struct line){OPERATOR, {"account", "set-aes-key", "second", "--secret-file", "-"}, 0, NULL},
               "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
    expect(&(struct line){OPERATOR, {"ticket", "erase", "--openid-file", "-", "--confirm=erase"}, 0, "erased from 6 tickets"}, "oVisitor");
    expect(&(struct line){OPERATOR, {"pool", "import", "adult", "-"}, 0, NULL}, "K1\nK2\n");
    const char *card = rehearsal_file("template.json");
    expect(&(struct line){OPERATOR, {"template", "import", card, "--account", "second", "--key", "child"}, 0, NULL}, NULL);
    expect(&(struct line){OPERATOR, {"template", "submit", "child"}, 0, NULL}, NULL);
    expect(&(struct line){OPERATOR, {"template", "delete", "child", "--confirm=child"}, 0, NULL}, NULL);
    assert_string_equal(test_sql(NULL, "select string_agg(after ->> 'has_secret' || ' ' || (after ->> 'enabled') || ' ' || (after ? 'secret'), ', ' order by id)"
                                       " from kaquan.audit_log where object = 'account second' and after is not null"),
                        "true true false, true true false");
    assert_string_equal(test_sql(NULL, "select string_agg(after ->> 'enabled', ' ' order by id) from kaquan.audit_log"
                                       " where who = '" OPERATOR "' and action in ('account_disable', 'account_enable')"),
                        "false true");
    expect(&(struct line){OPERATOR, {"audit", "verify"}, 0, NULL}, NULL);
}

TEST(what_is_not_an_operators_is_refused_with_its_cure) {
    static const struct line lines[] = {
        {OPERATOR, {"account", "add", "else", "--appid", "wx2222222222222222", "--api-base", "https://example.org"}, 77, "missing: grant"},
        {OPERATOR, {"backend", "add", "mine", "--account", "fest"}, 77, "backend_grant"},
        {OPERATOR, {"backend", "remove", SCENE_BACKEND, "--account", "fest"}, 77, "backend_grant"},
        {OPERATOR, {"gate", "add", "mine", "--account", "fest"}, 77, "gate_grant"},
        {OPERATOR, {"gate", "remove", SCENE_BACKEND, "--account", "fest"}, 77, "gate_grant"},
        {OPERATOR, {"run"}, 77, "worker_heartbeat"},
        {OPERATOR, {"ip", "check", "fest"}, 78, "do it on gate-1, as the worker's user"},
        {AUDITOR, {"template", "diff", "adult"}, 77, "wechat_ask_add"},
        {AUDITOR, {"ticket", "look", "T1"}, 77, "audit_write"},
        {AUDITOR, {"pool", "fill", "adult"}, 77, "job"},
        {AUDITOR, {"site", "set", "margin", "150s"}, 77, "site"},
        {MONITOR, {"ticket", "list"}, 77, "ticket"},
        {MONITOR, {"account", "list"}, 0, "fest"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        expect(&lines[i], NULL);
}

/* Who asked and who confirms are persons: another one than we are on this machine. */
TEST(requests_are_confirmed_by_operators_also_one_with_a_secret) {
    expect(&(struct line){OPERATOR, {"site", "set", "second_person", "on"}, 0, NULL}, NULL);
    expect(&(struct line){OPERATOR, {"ticket", "void", "T3", "--template", "adult", "--confirm=adult"}, 0, "waits for another person"}, NULL);
    expect(&(struct line){OPERATOR, {"account", "set-secret", "fest", "--secret-file", "-"}, 0, "waits for another person"}, SECRET);
    test_sql(NULL, "update kaquan.act_request set person = 'mei@gate-9'");
    expect(&(struct line){OPERATOR, {"audit", "confirm", "1", "--confirm=adult"}, 0, NULL}, NULL);
    assert_string_equal(test_sql(NULL, "select state from kaquan.act_request where id = 1"), "done");
    expect(&(struct line){OPERATOR, {"audit", "confirm", "2", "--confirm=fest"}, 0, NULL}, NULL);
    assert_string_equal(test_sql(NULL, "select state from kaquan.act_request where id = 2"), "done");
    assert_string_equal(test_sql(NULL, "select action from kaquan.audit_log order by id desc limit 1"), "account_set_secret");
}

TEST(one_address_is_checked_by_the_worker) {
    expect(&(struct line){OPERATOR, {"job", "queue", "whitelist_check", "--account", "fest"}, 0, NULL}, NULL);
    setenv("KAQUAN_KEY_FILE", rehearsal_file("worker.pem"), 1);
    test_sql(NULL, "insert into kaquan.host_block (account_id, host, errcode, until_at) values (%" PRId64
                   ", 'gate-1', 40164, now() + interval '1 h')", scene.account);
    test_sql(NULL, "delete from kaquan.whitelist_check");
    rehearsal_worker(0, "run whitelist_check"); /* also where the whitelist refused this host: that is the question */
    assert_string_equal(test_sql(NULL, "select string_agg(outcome, ' ') from kaquan.whitelist_check"), "listed");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, rehearse_end)
    const struct CMUnitTest tests[] = {
        CASE(operators_and_auditors_read_everything),
        CASE(monitors_watch),
        CASE(operators_do_what_the_console_offers),
        CASE(what_is_not_an_operators_is_refused_with_its_cure),
        CASE(requests_are_confirmed_by_operators_also_one_with_a_secret),
        CASE(one_address_is_checked_by_the_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
/* clang-format on */
