/* Acts of the command line: their secrets, questions and records. */
#include "command_scene.h"

#include <pty.h>
#include <sys/wait.h>

/* --- secrets --- */

TEST(a_secret_goes_in_by_file_or_input_and_never_comes_out) {
    char line[256];
    scene(NULL);
    snprintf(line, sizeof line, "account set-secret festival --confirm=festival -vv --secret-file %s",
             file_with("input", OTHER_SECRET "\n", 0600));
    AUTO_OUTPUT struct test_output set = run(line);
    assert_int_equal(set.exit_code, 0);
    AUTO_OUTPUT struct test_output list = run("account list --json");
    AUTO_OUTPUT struct test_output audit = run("audit list --json");
    const struct buf *texts[] = {&set.out, &set.err, &list.out, &audit.out};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_null(strstr(buf_str(texts[i]), OTHER_SECRET));
    assert_string_equal(test_sql(NULL, "select count(*) from kaquan.audit_log l where l::text like '%%" OTHER_SECRET
                                       "%%' or l::text like '%%\"secret\"%%'"),
                        "0");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.account where octet_length(secret) > 100 and "
                                       "secret_key_id is not null and secret_set_at is not null"),
                     1);
}

TEST(a_secret_file_open_to_others_is_refused) {
    char line[256];
    scene(NULL);
    snprintf(line, sizeof line, "account set-secret festival --confirm=festival --secret-file %s",
             file_with("input", OTHER_SECRET "\n", 0644));
    AUTO_OUTPUT struct test_output o = run(line);
    assert_int_equal(o.exit_code, 77);
    expect_words(&o.err, "chmod 0600");
}

TEST(a_bad_secret_is_refused_without_being_shown) {
    static const char *const bad[] = {"", "short", "has a space in it 0123456789", OTHER_SECRET "\n" OTHER_SECRET};
    scene(NULL);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_OUTPUT struct test_output o =
            run_as(NULL, bad[i], "account set-secret festival --confirm=festival --secret-file -");
        assert_int_equal(o.exit_code, 65);
        if (bad[i][0] != '\0')
            assert_null(strstr(buf_str(&o.err), bad[i]));
    }
}

TEST(a_secret_is_not_replaced_without_its_name) {
    scene(NULL);
    AUTO_OUTPUT struct test_output o =
        run_as(NULL, OTHER_SECRET, "account set-secret festival --yes --secret-file -");
    assert_int_equal(o.exit_code, 64);
    expect_words(&o.err, "--confirm=festival");
}

/* On a terminal: types `answer` once `question` is seen; returns the exit code, and all that was shown in `shown`. */
static int on_terminal(const char *noun, const char *verb, const char *question, const char *answer,
                       struct buf *shown) {
    int terminal, status;
    bool answered = false;
    char part[512];
    ssize_t n;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        setenv("PGUSER", "kaquan_worker", 1);
        alarm(20);
        execl(test_path("KAQUAN_WORKER"), "kaquan-worker", noun, verb, "festival", (char *)NULL);
        _exit(127);
    }
    while ((n = read(terminal, part, sizeof part)) > 0) { /* ends with EIO when the program is gone */
        buf_add(shown, part, (size_t)n);
        if (!answered && strstr(buf_str(shown), question) != NULL)
            answered = write(terminal, answer, strlen(answer)) > 0;
    }
    close(terminal);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        test_fail("%s %s did not end: %s", noun, verb, buf_str(shown));
    return WEXITSTATUS(status);
}

TEST(on_a_terminal_a_secret_is_typed_unseen) {
    AUTO_BUF struct buf shown = {0};
    scene(NULL);
    test_sql(NULL, "update kaquan.account set secret = null, secret_set_at = null");
    assert_int_equal(on_terminal("account", "set-secret", "AppSecret: ", OTHER_SECRET "\n", &shown), 0);
    assert_null(strstr(buf_str(&shown), OTHER_SECRET));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.account where secret is not null"), 1);
}

TEST(on_a_terminal_an_act_that_hurts_asks_and_only_yes_does_it) {
    AUTO_BUF struct buf no = {0}, yes = {0};
    scene(NULL);
    assert_int_equal(on_terminal("account", "disable", "[y/N]", "\n", &no), 64);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.account where enabled"), 1);
    assert_int_equal(on_terminal("account", "disable", "[y/N]", "y\n", &yes), 0);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.account where enabled"), 0);
}

/* --- acts and their record --- */

/* In this order: each finds what the ones before made. `%s` is the file with the template. */
static const struct {
    const char *line;
    const char *action;
} acts[] = {
    {"account disable festival --yes --reason test", "account_disable"},
    {"account enable festival --reason test", "account_enable"},
    {"backend add festival_app --account festival --reason test", "backend_add"},
    {"backend remove festival_app --account festival --yes --reason test", "backend_remove"},
    {"template import %s --key adult --reason test", "template_import"},
    {"gate add festival_gate --account festival --reason test", "gate_add"},
    {"gate remove festival_gate --account festival --yes --reason test", "gate_remove"},
    {"gate rule adult entries=3 --reason test", "gate_rule"},
    {"template set adult --target 300 --low 20 --paused on --reason test", "template_set"},
    {"template submit adult --reason test", "template_submit"},
    {"job cancel 1 --yes --reason test", "job_cancel"},
    {"job retry 1 --reason test", "job_retry"},
    {"job queue quota_learn --reason test", "job_queue"},
    {"credential refresh festival force --yes --reason test", "credential_refresh"},
    {"site set margin 90s --yes --reason test", "site_set"},
};

static struct test_output act(size_t i) {
    char line[256];
    const char *at = strstr(acts[i].line, "%s");
    if (at)
        snprintf(line, sizeof line, "%.*s%s%s", (int)(at - acts[i].line), acts[i].line, path_of("input"), at + 2);
    else
        snprintf(line, sizeof line, "%s", acts[i].line);
    return run(line);
}

TEST(every_act_has_exactly_one_row_in_the_audit_log) {
    scene(NULL);
    file_with("input", adult, 0644);
    assert_int_equal(audit_rows(), 2); /* key new, account add */
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        int64_t before = audit_rows();
        AUTO_OUTPUT struct test_output o = act(i);
        if (o.exit_code != 0 || audit_rows() != before + 1)
            test_fail("%s: exit %d, %lld rows: %s", acts[i].line, o.exit_code, (long long)(audit_rows() - before),
                      buf_str(&o.err));
        assert_string_equal(test_sql(NULL, "select action from kaquan.audit_log order by id desc limit 1"),
                            acts[i].action);
        assert_string_equal(test_sql(NULL, "select reason from kaquan.audit_log order by id desc limit 1"), "test");
    }
}

/* Everything that acts change, as one text. */
static const char *everything(void) {
    return test_sql(NULL, "select md5(coalesce((select string_agg(a::text, ',') from kaquan.account a), '') || "
                          "coalesce((select string_agg(t::text, ',') from kaquan.template t), '') || "
                          "coalesce((select string_agg(j::text, ',') from kaquan.job j), '') || "
                          "coalesce((select string_agg(g::text, ',') from kaquan.backend_grant g), '') || "
                          "(select string_agg(k::text, ',') from kaquan.worker_key k) || "
                          "(select s::text from kaquan.site s))");
}

static void refuse_records(bool on) {
    if (on)
        test_sql(
            NULL,
            "create function kaquan.refuse() returns trigger language plpgsql as "
            "'begin raise exception ''no record today'' using errcode = ''53100''; end'; "
            "create trigger refuse before insert on kaquan.audit_log for each row execute function kaquan.refuse()");
    else
        test_sql(NULL,
                 "drop trigger refuse on kaquan.audit_log; drop function kaquan.refuse(); " /* and no gap in ids */
                 "select setval(pg_get_serial_sequence('kaquan.job', 'id'), "
                 "(select coalesce(max(id), 0) + 1 from kaquan.job), false)");
}

TEST(an_act_that_cannot_be_recorded_does_not_happen) {
    scene(NULL);
    file_with("input", adult, 0644);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        char before[64];
        snprintf(before, sizeof before, "%s", everything());
        refuse_records(true);
        AUTO_OUTPUT struct test_output refused = act(i);
        if (refused.exit_code == 0 || strcmp(everything(), before) != 0)
            test_fail("%s: exit %d, and something changed", acts[i].line, refused.exit_code);
        expect_words(&refused.err, "no record today");
        refuse_records(false);
        AUTO_OUTPUT struct test_output done = act(i);
        assert_int_equal(done.exit_code, 0);
    }
}

TEST(acts_that_hurt_are_refused_without_a_confirmation) {
    static const char *const lines[] = {
        "account disable festival",    "backend remove festival_app --account festival",
        "site set margin 90s",         "job cancel 1",
        "key new /nowhere/key.pem",    "epoch revoke festival",
        "epoch revoke festival --yes", "epoch revoke festival --confirm=other"};
    scene(NULL);
    test_sql(NULL, "insert into kaquan.credential_history (account_id, kind, epoch, fingerprint, first_seen_at, "
                   "valid_until, age_known) select id, 'api_ticket', 7, 'f', now(), now() + interval '1 h', true "
                   "from kaquan.account");
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        expect(64, lines[i]);
    assert_int_equal(audit_rows(), 2);
    expect(0, "epoch revoke festival --confirm=festival --reason leaked");
    assert_string_equal(test_sql(NULL, "select revoke_reason from kaquan.credential_history"), "leaked");
    assert_int_equal(audit_rows(), 3);
    expect(65, "epoch revoke festival --confirm=festival");
}

TEST(a_superuser_makes_the_login_of_a_backend_ready) {
    scene(NULL);
    AUTO_OUTPUT struct test_output o = run_as("postgres", NULL, "backend add command_test_app");
    const char *settings = test_sql(NULL, "select array_to_string(rolconfig, ' ') from pg_roles where "
                                          "rolname = 'command_test_app' and rolcanlogin and "
                                          "pg_has_role('command_test_app', 'kaquan_backend', 'member')");
    test_sql(NULL, "drop role if exists command_test_app");
    assert_int_equal(o.exit_code, 0);
    assert_string_equal(settings, "statement_timeout=2s lock_timeout=250ms idle_in_transaction_session_timeout=5s "
                                  "synchronous_commit=on");
}

TEST(without_a_superuser_the_sql_for_the_login_is_printed) {
    scene(NULL);
    AUTO_OUTPUT struct test_output o = run("backend add command_test_app");
    assert_int_equal(o.exit_code, 0);
    assert_int_equal(strncmp(buf_str(&o.out), "create role command_test_app login;", 35), 0);
    expect(65, "backend add Robert';--");
}

TEST(a_new_key_never_takes_the_place_of_a_file) {
    char line[256];
    scene(NULL);
    snprintf(line, sizeof line, "key new --confirm=%s", test_sql(NULL, "select key_id from kaquan.worker_key"));
    AUTO_OUTPUT struct test_output o = run(line);
    assert_int_not_equal(o.exit_code, 0);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.worker_key"), 1);
    assert_int_equal(access(path_of("worker.pem"), R_OK), 0);
    snprintf(line + strlen(line), sizeof line - strlen(line), " %s", path_of("new.pem"));
    expect(0, line);
    assert_string_equal(
        test_sql(NULL, "select string_agg(active::text, ',' order by created_at) from kaquan.worker_key"),
        "false,true");
}

/* --- templates --- */

TEST(a_template_that_does_not_fit_is_refused_with_its_field_and_cure) {
    static const struct {
        const char *from, *to, *field, *cure;
    } rows[] = {
        {"\"title\":\"松湖成人票\"", "\"title\":\"松湖成人票松湖成人票\"",
         "card.scenic_ticket.base_info.title has 30 bytes, WeChat takes 27", "take 3 bytes away"},
        {"\"title\":\"松湖成人票\",", "", "card.scenic_ticket.base_info.title is missing", "add it"},
        {"\"quantity\":2000", "\"quantity\":0", "base_info.sku.quantity is 0", "number of cards"},
        {"SCENIC_TICKET", "SCENE_TICKET", "card.card_type is \"SCENE_TICKET\"", "SCENIC_TICKET"},
        {"\"title\":\"松湖成人票\",\"color\":\"Color020\"", "\"color\":\"Red\"",
         "base_info.color is \"Red\", which WeChat does not know (and 1 more", "Color010"},
        {"\"card\":{", "\"crad\":{", "card is missing", "card/create"},
    };
    scene(NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_OUTPUT struct test_output o =
            run_as(NULL, adult_with(rows[i].from, rows[i].to), "template import - --key adult");
        if (o.exit_code != 65)
            test_fail("%s: exit %d: %s", rows[i].field, o.exit_code, buf_str(&o.err));
        expect_words(&o.err, rows[i].field);
        expect_words(&o.err, rows[i].cure);
    }
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.template"), 0);
}

TEST(broken_json_is_refused_with_its_place) {
    scene(NULL);
    AUTO_OUTPUT struct test_output o = run_as(NULL, "{\"card\": {},\n \"card\": }", "template import - --key adult");
    assert_int_equal(o.exit_code, 65);
    expect_words(&o.err, "line 2");
}

TEST(an_import_reads_what_the_card_says_and_changes_drafts_only) {
    scene(NULL);
    AUTO_OUTPUT struct test_output first = run_as(NULL, adult, "template import - --key adult");
    AUTO_OUTPUT struct test_output again =
        run_as(NULL,
               adult_with("2000},\"use_custom_code\":true", "0},\"use_custom_code\":true,\"get_custom_code_mode\":"
                                                            "\"GET_CUSTOM_CODE_MODE_DEPOSIT\""),
               "template import - --key adult");
    assert_int_equal(first.exit_code, 0);
    assert_int_equal(again.exit_code, 0);
    expect_words(&again.err, "changed");
    assert_string_equal(
        test_sql(NULL, "select concat_ws(' ', key, card_type, title, code_mode, bind_openid, status, version, "
                       "coalesce(stock::text, '-')) from kaquan.template"),
        "adult SCENIC_TICKET 松湖成人票 deposit f draft 2 0");
    test_sql(NULL, "update kaquan.template set status = 'approved'");
    AUTO_OUTPUT struct test_output late = run_as(NULL, adult, "template import - --key adult");
    assert_int_equal(late.exit_code, 65);
    expect(65, "template submit adult");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_goes_in_by_file_or_input_and_never_comes_out),
        cmocka_unit_test(a_secret_file_open_to_others_is_refused),
        cmocka_unit_test(a_bad_secret_is_refused_without_being_shown),
        cmocka_unit_test(a_secret_is_not_replaced_without_its_name),
        cmocka_unit_test(on_a_terminal_a_secret_is_typed_unseen),
        cmocka_unit_test(on_a_terminal_an_act_that_hurts_asks_and_only_yes_does_it),
        cmocka_unit_test(every_act_has_exactly_one_row_in_the_audit_log),
        cmocka_unit_test(an_act_that_cannot_be_recorded_does_not_happen),
        cmocka_unit_test(acts_that_hurt_are_refused_without_a_confirmation),
        cmocka_unit_test(a_superuser_makes_the_login_of_a_backend_ready),
        cmocka_unit_test(without_a_superuser_the_sql_for_the_login_is_printed),
        cmocka_unit_test(a_new_key_never_takes_the_place_of_a_file),
        cmocka_unit_test(a_template_that_does_not_fit_is_refused_with_its_field_and_cure),
        cmocka_unit_test(broken_json_is_refused_with_its_place),
        cmocka_unit_test(an_import_reads_what_the_card_says_and_changes_drafts_only),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
