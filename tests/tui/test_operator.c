/* The console with people's own logins: an operator sees every screen and acts, an auditor sees the same and is told
 * what would be needed to act. No key of the worker is on this host. */
#include "member.h"
#include "operator.h"
#include "screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct test_screen_run anna = {.user = OPERATOR, .rows = 40, .columns = 150},
                                    hugo = {.user = AUDITOR, .rows = 40, .columns = 150};

static int scene(void **state) {
    char key[64];

    test_setup(state);
    test_members();
    snprintf(key, sizeof(key), "/tmp/kaquan-operator-%d.pem", (int)getpid());
    AUTO_OUTPUT struct test_output made = test_worker("key", "new", key);
    assert_int_equal(made.exit_code, 0);
    unlink(key);
    setenv("KAQUAN_KEY_FILE", key, 1);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock)"
        " values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant', 'approved', 'gala', 50000);"
        "insert into job (kind, account_id, state) values ('whitelist_check', 1, 'failed');"
        "insert into backend_grant (login, account_id) values ('festival_app', 1);"
        "insert into ticket (request_id, template_id, code, openid, epoch, signed_at, valid_until, nonce, signature, state)"
        " values ('r1', 1, 'M1', 'oVisitorOne', 1, 0, now(), '\\x000102030405060708', '', 'added');"
        "insert into bulk (account_id, template_id, act, person) values (1, 1, 'void', 'mei@gate-1');"
        "insert into bulk_item (bulk_id, n, request_id, code) values (1, 1, 'r1', 'M1');"
        "insert into ticket_drift (template_id, request_id, code, kind, ours, theirs) values (1, 'r1', 'M1', 'added', 'added', 'NORMAL');"
        "insert into act_request (noun, verb, params, person) values ('ticket', 'void',"
        " '{\"arguments\": [\"M1\"], \"options\": {\"template\": \"gala\"}}', 'mei@gate-9');"
        "insert into worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-1', 7, '1', 'serve', 0);"
        "select audit_write('mei@gate-1', 'site_set', 'site', '{\"margin\": 1}', '{\"margin\": 2}', null)");
    return 0;
}

static int end(void **state) {
    unsetenv("KAQUAN_KEY_FILE");
    return test_teardown(state);
}

/* --- seeing --- */

/* The statement of a part, planned with nulls: a part may be hidden, or wait for a row. */
static void assert_allowed(struct db *db, const struct screen *screen, const struct part *part) {
    AUTO_BUF struct buf text = {0};
    struct err err = {0};

    buf_text(&text, "explain ");
    for (const char *at = part->statement->text; *at; at++) {
        if (*at != '$') {
            buf_char(&text, *at);
            continue;
        }
        buf_text(&text, "null");
        at += strspn(at + 1, "0123456789");
    }
    const struct sql statement = {part->statement->name, buf_str(&text)};
    if (!db_do0(db, &statement, &err))
        test_fail("%s: %s (%s)", screen->name, err.text, err.cure);
}

TEST(every_part_of_every_screen_is_for_operators_and_auditors) {
    static const char *const logins[] = {OPERATOR, AUDITOR};
    size_t count;
    const struct screen *const *screens = screen_list(&count);

    for (size_t k = 0; k < ARRAY_LEN(logins); k++) {
        AUTO_DB struct db *db = test_db(logins[k]);

        for (size_t i = 0; i < count; i++)
            for (int n = 0; n < screens[i]->part_count; n++)
                if (screens[i]->parts[n].statement)
                    assert_allowed(db, screens[i], &screens[i]->parts[n]);
    }
}

static void assert_nothing_denied(struct test_screen *s, const char *where) {
    int rows, columns;

    test_screen_idle(s);
    test_screen_size(s, &rows, &columns);
    for (int i = 0; i < rows; i++)
        if (strstr(test_screen_row(s, i), "denied") || strstr(test_screen_row(s, i), "missing: grant"))
            test_fail("%s: %s", where, test_screen_row(s, i));
}

/* Where each screen with a subject is found: a root, and the keys from there. */
static const struct way {
    const char *root, *row, *keys, *title;
} ways[] = {
    {"templates", "Summer gala", ENTER, "> Template"},
    {"tickets", "M1", ENTER, "> Ticket"},
    {"tickets", "M1", "L", "> History"},
    {"tickets", "M1", "D", "> Differences"},
    {"tickets", "M1", "B", "> Acts"},
    {"pools", "Summer gala", ENTER, "> Pool"},
    {"jobs", "whitelist_check", ENTER, "> Job"},
    {"accounts", "festival", ENTER, "> Account"},
    {"audit", "site_set", ENTER, "> Change"},
    {"audit", "site_set", "o", "Requests"},
    {"templates", "Summer gala", "n", "new template"},
};

static void see_all(const struct test_screen_run *how, size_t most) {
    AUTO_SCREEN struct test_screen *s = operator_at(how, "pools");
    size_t count;
    char go[80], title[80];
    const struct screen *const *screens = screen_list(&count);

    test_screen_until(s, "Summer gala");
    for (size_t i = 0; i < count; i++) {
        if (screens[i]->child)
            continue;
        snprintf(go, sizeof(go), ":%s\r", screens[i]->name);
        snprintf(title, sizeof(title), "%s]", screens[i]->title);
        test_screen_keys(s, go);
        test_screen_until(s, title);
        assert_nothing_denied(s, screens[i]->name);
    }
    for (size_t i = 0; i < most; i++) {
        snprintf(go, sizeof(go), ":%s\r", ways[i].root);
        test_screen_keys(s, go);
        test_screen_until(s, ways[i].row);
        test_screen_idle(s);
        test_screen_keys(s, ways[i].keys);
        test_screen_until(s, ways[i].title);
        assert_nothing_denied(s, ways[i].title);
    }
}

TEST(an_operator_sees_every_screen) {
    see_all(&anna, ARRAY_LEN(ways));
}

TEST(an_auditor_sees_every_screen_but_the_form) {
    see_all(&hugo, ARRAY_LEN(ways) - 1);
}

TEST(every_act_with_a_command_says_what_it_needs) {
    static const char *const free_of_needs[] = {"account trouble", "audit verify", "template lint"};
    size_t count;
    const struct screen *const *screens = screen_list(&count);

    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < screens[i]->act_count; k++) {
            const struct act *act = &screens[i]->acts[k];
            bool reads = !act->command;

            for (size_t n = 0; n < ARRAY_LEN(free_of_needs) && !reads; n++)
                reads = strncmp(act->command, free_of_needs[n], strlen(free_of_needs[n])) == 0;
            if (!reads && !act->needs)
                test_fail("%s: %s", screens[i]->name, act->command);
            if (act->needs &&
                test_number(NULL, "select kaquan.right_held('kaquan_worker', '%s')::integer", act->needs) != 1)
                test_fail("%s: %s is nobody's", screens[i]->name, act->needs);
        }
}

/* --- acting --- */

static struct test_screen *unlocked_at(const char *screen, const char *row) {
    struct test_screen *s = operator_at(&anna, screen);

    operator_unlocks(s);
    test_screen_until(s, row);
    return s;
}

static void severe(struct test_screen *s, const char *answers) {
    test_screen_until(s, "wakes in");
    test_screen_keys(s, answers);
    test_screen_until_gone(s, "wakes in");
    test_screen_keys(s, CTRL_S);
}

TEST(an_operator_adds_an_account_with_its_secret) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("accounts", "festival");

    test_screen_keys(s, "n");
    test_screen_until(s, "AppID");
    test_screen_keys(s, "museum" TAB "wx2234567890" CTRL_S);
    test_screen_until(s, "account museum was added");
    test_screen_keys(s, ESC);
    test_screen_until_both(s, "museum", "no secret");
    test_screen_keys(s, "jK");
    severe(s, "44444444444444444444444444444444" TAB "new" TAB "museum");
    assert_becomes("select has_secret from kaquan.account where key = 'museum'", "t");
    assert_becomes("select who || ' ' || action from kaquan.audit_log order by id desc limit 1",
                   OPERATOR " account_set_secret");
}

TEST(an_operator_sets_a_pools_target) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("pools", "Summer gala");

    test_screen_keys(s, "e");
    test_screen_until(s, "Target");
    test_screen_keys(s, "\x15"
                        "4321" CTRL_S);
    assert_becomes("select pool_target from kaquan.template", "4321");
}

TEST(an_operator_makes_a_ticket_void) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("tickets", "M1");

    test_screen_keys(s, "X");
    severe(s, "refund" TAB "gala M1");
    assert_becomes("select act || ' ' || reason from kaquan.bulk where id = 2", "void refund");
}

TEST(an_operator_queues_a_job_and_changes_a_rule) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("jobs", "whitelist_check");

    test_screen_keys(s, "Q");
    test_screen_until(s, "a kind of the schedule");
    test_screen_keys(s, "\x15"
                        "prune" CTRL_S);
    test_screen_until(s, "is due now");
    assert_becomes("select state || ' ' || created_by from kaquan.job where kind = 'prune'", "queued " OPERATOR);
    test_screen_until(s, "Esc closes");
    test_screen_keys(s, ESC);
    test_screen_until_gone(s, "Esc closes");
    test_screen_keys(s, ":gates\r");
    test_screen_until(s, "Rules and entries");
    test_screen_keys(s, "e");
    test_screen_until(s, "change how often, when and where tickets are admitted");
    test_screen_keys(s, "\x15"
                        "gala" TAB TAB "3" CTRL_S);
    test_screen_until(s, "Esc closes");
    assert_becomes("select entries from kaquan.gate_rule", "3");
}

TEST(an_operator_confirms_a_request) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("requests", "mei@gate-9");

    test_screen_keys(s, "C");
    test_screen_until(s, "typed once");
    test_screen_keys(s, "gala" CTRL_S);
    assert_becomes("select state from kaquan.act_request where id = 1", "done");
}

/* We are the worker that answers. */
TEST(an_operator_lets_the_worker_ask_wechat) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("templates", "Summer gala");

    test_screen_keys(s, ENTER);
    test_screen_until(s, "> Template");
    test_screen_keys(s, "D");
    assert_becomes("select endpoint || ' ' || body || ' ' || asked_by from kaquan.wechat_ask",
                   "/card/get {\"card_id\":\"gala\"} " OPERATOR);
    test_sql("kaquan_worker", "update kaquan.wechat_ask set answered_at = now(), class = 'host', kind = 'permission',"
                              " error_text = 'gate-1 is not listed', error_cure = ''");
    test_screen_until(s, "gate-1 is not listed");
    assert_becomes("select count(*) from kaquan.wechat_ask", "0");
}

/* --- what is not theirs --- */

TEST(an_operator_is_told_whose_an_act_is) {
    AUTO_SCREEN struct test_screen *s = unlocked_at("settings", "privileges");

    test_screen_until_both(s, "change settings", "yes");
    test_screen_keys(s, "n");
    test_screen_until(s, "needs: grant insert on kaquan.backend_grant to " OPERATOR);
}

TEST(an_auditor_is_told_what_an_act_would_take) {
    AUTO_SCREEN struct test_screen *s = operator_at(&hugo, "settings");

    test_screen_until_both(s, "see tickets", "yes");
    test_screen_until_both(s, "see credentials", "yes");
    test_screen_until_both(s, "queue jobs", "no");
    test_screen_keys(s, "/queue" ENTER);
    test_screen_until_gone(s, "see tickets");
    test_screen_until_both(s, "->", "grant kaquan_operator to " AUDITOR);
    test_screen_keys(s, ":pools\r");
    test_screen_until(s, "Summer gala");
    test_screen_keys(s, "a");
    test_screen_until(s, "sign cards for this pool now");
    test_screen_keys(s, ENTER);
    test_screen_until(s, "needs: grant kaquan_operator to " AUDITOR);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene, end)
    const struct CMUnitTest tests[] = {
        CASE(every_part_of_every_screen_is_for_operators_and_auditors),
        CASE(an_operator_sees_every_screen),
        CASE(an_auditor_sees_every_screen_but_the_form),
        CASE(every_act_with_a_command_says_what_it_needs),
        CASE(an_operator_adds_an_account_with_its_secret),
        CASE(an_operator_sets_a_pools_target),
        CASE(an_operator_makes_a_ticket_void),
        CASE(an_operator_queues_a_job_and_changes_a_rule),
        CASE(an_operator_confirms_a_request),
        CASE(an_operator_lets_the_worker_ask_wechat),
        CASE(an_operator_is_told_whose_an_act_is),
        CASE(an_auditor_is_told_what_an_act_would_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
