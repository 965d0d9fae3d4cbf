#include "harness.h"

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "json.h"

#define SECRET "5ec2e70f5ec2e70f5ec2e70f5ec2e70f"
#define OTHER_SECRET "0badcafe0badcafe0badcafe0badcafe"

static char directory[] = "/tmp/kaquan-command.XXXXXX";

static const char *path_of(const char *name) {
    static char paths[4][128];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", directory, name);
    return paths[next];
}

static const char *file_with(const char *name, const char *text, mode_t mode) {
    const char *path = path_of(name);
    FILE *file;
    unlink(path);
    file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) != 0)
        test_fail("cannot write %s", path);
    return path;
}

/* Runs the program on one line of words; "'" is no matter, words hold no spaces. */
static struct test_output run_as(const char *user, const char *input, const char *line) {
    static char words[1024];
    const char *arguments[32] = {NULL};
    char *rest = words;
    size_t n = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL && n < ARRAY_LEN(arguments) - 1;)
        if (*word != '\0')
            arguments[n++] = word;
    return test_worker_run(&(struct test_run){.user = user, .input = input}, arguments);
}
#define run(line) run_as(NULL, NULL, line)

static void expect(int code, const char *line) {
    AUTO_OUTPUT struct test_output o = run(line);
    if (o.exit_code != code)
        test_fail("%s: exit %d, not %d: %s", line, o.exit_code, code, buf_str(&o.err));
}

static void expect_words(const struct buf *text, const char *words) {
    if (strstr(buf_str(text), words) == NULL)
        test_fail("\"%s\" is not in: %s", words, buf_str(text));
}

static int64_t audit_rows(void) {
    return test_number(NULL, "select count(*) from kaquan.audit_log");
}

static const char adult[] =
    "{\"card\":{\"card_type\":\"SCENIC_TICKET\",\"scenic_ticket\":{\"base_info\":{"
    "\"logo_url\":\"http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0\",\"brand_name\":\"松湖景区\","
    "\"code_type\":\"CODE_TYPE_QRCODE\",\"title\":\"松湖成人票\",\"color\":\"Color020\","
    "\"notice\":\"入园时请出示二维码\",\"description\":\"当日有效\\n一人一票\","
    "\"date_info\":{\"type\":\"DATE_TYPE_FIX_TIME_RANGE\",\"begin_timestamp\":1790784000,\"end_timestamp\":2000044799},"
    "\"sku\":{\"quantity\":2000},\"use_custom_code\":true,\"bind_openid\":false},\"ticket_class\":\"全价票\"}}}";

/* `adult` with the first `from` replaced. */
static const char *adult_with(const char *from, const char *to) {
    static char text[4096];
    const char *at = strstr(adult, from);
    if (at)
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - adult), adult, to, at + strlen(from));
    else
        test_fail("%s is not in the template", from);
    return text;
}

/* --- scenes --- */

static int group_setup(void **state UNUSED) {
    if (!mkdtemp(directory))
        return -1;
    setenv("HOME", directory, 1);
    unsetenv("XDG_CONFIG_HOME");
    setenv("KAQUAN_KEY_FILE", path_of("worker.pem"), 1);
    setenv("KAQUAN_HOST", "gate-1", 1);
    return 0;
}

static int group_teardown(void **state UNUSED) {
    char command[128];
    test_database_drop();
    for (size_t i = 0; i < 3; i++)
        unlink(path_of(((const char *const[]){"worker.pem", "input", "new.pem"})[i]));
    snprintf(command, sizeof command, "%s/.config/kaquan/config.ini", directory);
    unlink(command);
    snprintf(command, sizeof command, "%s/.config/kaquan", directory);
    rmdir(command);
    snprintf(command, sizeof command, "%s/.config", directory);
    rmdir(command);
    return rmdir(directory);
}

/* A database with a key and the account festival, whose secret is set. */
static int scene(void **state UNUSED) {
    test_database("command");
    unlink(path_of("worker.pem"));
    expect(0, "key new");
    AUTO_OUTPUT struct test_output o =
        run_as(NULL, SECRET "\n", "account add festival --appid wx0123456789abcdef --secret-file -");
    assert_int_equal(o.exit_code, 0);
    return 0;
}

/* --- words --- */

TEST(every_command_has_help_with_examples_and_its_options) {
    size_t count, options;
    const struct command *c = command_rows(&count);
    const struct option_row *o = option_rows(&options);
    for (size_t i = 0; i < count; i++) {
        char line[96];
        snprintf(line, sizeof line, "%s %s --help", c[i].noun, c[i].verb ? c[i].verb : "");
        AUTO_OUTPUT struct test_output shown = run(line);
        assert_int_equal(shown.exit_code, 0);
        assert_int_equal(strncmp(buf_str(&shown.out), "Examples:", 9), 0);
        expect_words(&shown.out, c[i].help);
        for (size_t j = 0; j < options; j++)
            if ((c[i].options & OPT(o[j].id)) != 0)
                expect_words(&shown.out, o[j].help);
    }
}

TEST(an_option_has_a_row_and_a_letter_of_its_own_in_each_command) {
    size_t count, options;
    const struct command *c = command_rows(&count);
    const struct option_row *o = option_rows(&options);
    assert_int_equal(options, OPTIONS);
    for (size_t i = 0; i < options; i++)
        assert_int_equal(o[i].id, i);
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < options; i++)
            for (size_t j = 0; j < i; j++) {
                uint64_t both = OPT(o[i].id) | OPT(o[j].id);
                if (o[i].letter != 0 && o[i].letter == o[j].letter)
                    assert_true(((c[k].options | OPT_EVERYWHERE) & both) != both);
            }
}

TEST(wrong_words_are_refused_with_64_and_never_run) {
    static const struct {
        const char *line;
        const char *says;
    } rows[] = {
        {"", "no command"},
        {"templte list", "did you mean \"template\"?"},
        {"template lst", "did you mean \"template list\"?"},
        {"temp list", "unknown command"},
        {"template", "what to do with it?"},
        {"template list more", "one argument too many"},
        {"template show", "needs KEY"},
        {"account add gate", "needs --appid"},
        {"account list --jsn", "did you mean --json?"},
        {"account list --js", "unknown option --js"},
        {"account list --reason why", "takes no --reason"},
        {"account list --json --plain", "choose one"},
        {"account list -n 5", "unknown option"},
        {"audit list --limit", "needs a value"},
        {"audit list -n 0", "1..10000 expected"},
        {"run --jitter soon", "seconds"},
        {"run pol_fill", "did you mean \"pool_fill\"?"},
        {"job show x", "a number from 1"},
        {"job queue pool_fill", "whitelist_check"},
        {"job queue quota_lern", "did you mean \"quota_learn\"?"},
        {"credential refresh festival forse", "did you mean \"force\"?"},
        {"job list --state lost", "queued, running, done, failed or cancelled"},
        {"job list --state faild", "did you mean \"failed\"?"},
        {"event list --state kpt", "did you mean \"kept\"?"},
        {"event replay --state appplied", "did you mean \"applied\"?"},
        {"bulk show 1 --state wating", "did you mean \"waiting\"?"},
        {"ticket drift --state opne", "did you mean \"open\"?"},
        {"stat show adult hours", "did you mean \"hour\"?"},
        {"site set margn 60s --yes", "did you mean \"margin\"?"},
        {"account list --host", "needs a value"},
        {"account list --log-level loud", "one of: error warn info debug"},
        {"completion fish", "only bash"},
        {"help templte", "did you mean \"template\"?"},
    };
    scene(NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_OUTPUT struct test_output o = run(rows[i].line);
        if (o.exit_code != 64 || o.out.len != 0)
            test_fail("\"%s\": exit %d, printed %s", rows[i].line, o.exit_code, buf_str(&o.out));
        expect_words(&o.err, rows[i].says);
    }
}

TEST(help_is_there_wherever_it_is_asked_for) {
    static const char *const lines[] = {"-h",
                                        "--help",
                                        "help",
                                        "template -h",
                                        "help template import",
                                        "help settings",
                                        "help exit-codes",
                                        "template import --nonsense -h"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        AUTO_OUTPUT struct test_output o = run(lines[i]);
        assert_int_equal(o.exit_code, 0);
        assert_true(o.out.len > 100);
        assert_int_equal(o.err.len, 0);
    }
}

TEST(the_version_names_the_libraries) {
    AUTO_OUTPUT struct test_output o = run("--version");
    assert_int_equal(o.exit_code, 0);
    expect_words(&o.out, "libpq");
    expect_words(&o.out, "OpenSSL");
}

TEST(completion_is_a_script_that_bash_takes_and_knows_every_command) {
    AUTO_OUTPUT struct test_output o = run("completion bash");
    AUTO_BUF struct buf script = {0};
    buf_text(&script, buf_str(&o.out));
    buf_text(&script,
             "COMP_WORDS=(kaquan-worker template im); COMP_CWORD=2; _kaquan_worker; echo ${COMPREPLY[*]}\n"
             "COMP_WORDS=(kaquan-worker pool fill --wa); COMP_CWORD=3; _kaquan_worker; echo ${COMPREPLY[*]}\n"
             "COMP_WORDS=(kaquan-worker fo); COMP_CWORD=1; _kaquan_worker; echo none${COMPREPLY[*]}\n");
    AUTO_OUTPUT struct test_output done = test_program_run(&(struct test_run){.input = buf_str(&script)}, "/bin/bash",
                                                           (const char *const[]){"-s", NULL});
    assert_int_equal(done.exit_code, 0);
    assert_string_equal(buf_str(&done.out), "import\n--wait\nnone\n");
}

/* --- results --- */

TEST(lists_are_valid_json_with_schema_data_and_next) {
    static const char *const lists[] = {"account list", "backend list",   "template list", "pool list",
                                        "job list",     "key list",       "audit list",    "site show",
                                        "config show",  "credential list"};
    scene(NULL);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        char line[64];
        struct err err = {0};
        AUTO_JSON cJSON *json = NULL;
        snprintf(line, sizeof line, "%s --json", lists[i]);
        AUTO_OUTPUT struct test_output o = run(line);
        json = json_parse(buf_str(&o.out), o.out.len, NULL, &err);
        if (!json)
            test_fail("%s: %s: %s", line, err.text, buf_str(&o.out));
        assert_non_null(json_array(json, "data"));
        assert_true(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, "schema")));
        assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(json, "next")));
    }
}

TEST(json_keeps_its_form_and_plain_its_columns) {
    scene(NULL);
    test_sql(NULL,
             "update kaquan.account set name = E'松湖\\x1b[31m\\t\"', secret_set_at = null, secret_key_id = null");
    AUTO_OUTPUT struct test_output json = run("account list --json");
    assert_string_equal(
        buf_str(&json.out),
        "{\"schema\":\"kaquan.account.1\",\"data\":[{\"key\":\"festival\",\"appid\":\"wx0123456789abcdef\","
        "\"name\":\"松湖\\u001b[31m\\t\\\"\",\"enabled\":true,\"token_mode\":\"stable\",\"secret\":true,"
        "\"secret_set_at\":null,\"secret_key_id\":null,\"original_id\":null,"
        "\"api_base\":\"https://api.weixin.qq.com\"}],\"next\":null}\n");
    AUTO_OUTPUT struct test_output plain = run("account list --plain");
    assert_string_equal(buf_str(&plain.out),
                        "festival\twx0123456789abcdef\t松湖\\x1b[31m\\x09\"\tyes\tstable\tyes\t\t\t\t"
                        "https://api.weixin.qq.com\n");
    AUTO_OUTPUT struct test_output table = run("account list");
    assert_null(strchr(buf_str(&table.out), '\x1b'));
}

TEST(a_table_aligns_chinese) {
    scene(NULL);
    test_sql(NULL, "update kaquan.account set name = '松湖'");
    test_sql(NULL, "insert into kaquan.account (key, appid, name) values ('other', 'wxother00', 'abcd')");
    AUTO_OUTPUT struct test_output o = run("account list");
    expect_words(&o.out, "  松湖  yes ");
    expect_words(&o.out, "  abcd  yes ");
}

TEST(a_closed_output_is_an_error_of_io) {
    char command[256];
    snprintf(command, sizeof command, "%s help > /dev/full", test_path("KAQUAN_WORKER"));
    AUTO_OUTPUT struct test_output o =
        test_program_run(&(struct test_run){0}, "/bin/sh", (const char *const[]){"-c", command, NULL});
    assert_int_equal(o.exit_code, 74);
}

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

/* --- settings and schema --- */

TEST(a_mistake_in_the_settings_names_file_and_line) {
    scene(NULL);
    mkdir(path_of(".config"), 0700);
    mkdir(path_of(".config/kaquan"), 0700);
    file_with(".config/kaquan/config.ini", "# ours\nkey-fil = /tmp/x\n", 0600);
    AUTO_OUTPUT struct test_output o = run("account list");
    AUTO_OUTPUT struct test_output help = run("help");
    unlink(path_of(".config/kaquan/config.ini"));
    assert_int_equal(o.exit_code, 78);
    expect_words(&o.err, "config.ini:2");
    expect_words(&o.err, "key-file");
    assert_int_equal(help.exit_code, 0);
}

TEST(migrating_twice_changes_nothing) {
    test_database_empty("command");
    for (int i = 0; i < 2; i++) {
        AUTO_OUTPUT struct test_output init = run_as("postgres", NULL, "db init");
        AUTO_OUTPUT struct test_output migrate = run_as("kaquan_migrator", NULL, "db migrate");
        assert_int_equal(init.exit_code, 0);
        assert_int_equal(migrate.exit_code, 0);
        expect_words(&migrate.err, i == 0 ? "applied 0001" : "up to date");
    }
    AUTO_OUTPUT struct test_output plan = run("db migrate --dry-run --plain");
    assert_int_equal(plan.out.len, 0);
    expect(0, "account list");
}

TEST(an_older_or_newer_schema_is_refused) {
    test_database_empty("command");
    AUTO_OUTPUT struct test_output init = run_as("postgres", NULL, "db init");
    AUTO_OUTPUT struct test_output none = run("account list");
    assert_int_equal(none.exit_code, 78);
    expect_words(&none.err, "db migrate");
    test_database("command");
    test_sql(NULL,
             "insert into kaquan.schema_migration (name, checksum) values ('9999_future.sql', repeat('a', 64))");
    AUTO_OUTPUT struct test_output newer = run("account list");
    assert_int_equal(newer.exit_code, 78);
    expect_words(&newer.err, "9999");
    expect_words(&newer.err, "install the newer");
}

TEST(a_database_that_is_not_there_is_said_with_its_code) {
    char before[128];
    scene(NULL);
    snprintf(before, sizeof before, "%s", getenv("PGHOST"));
    setenv("PGHOST", "/nowhere", 1);
    AUTO_OUTPUT struct test_output gone = run("account list");
    AUTO_OUTPUT struct test_output health = run("health");
    AUTO_OUTPUT struct test_output doctor = run("doctor");
    setenv("PGHOST", before, 1);
    assert_int_equal(gone.exit_code, 69);
    assert_int_equal(health.exit_code, 69);
    assert_int_equal(doctor.exit_code, 69);
    expect_words(&doctor.out, "fail");
}

TEST(doctor_and_health_say_what_is_wrong) {
    scene(NULL);
    AUTO_OUTPUT struct test_output doctor = run("doctor");
    assert_int_equal(doctor.exit_code, 2); /* no tokens yet */
    expect_words(&doctor.out, "fits the key file");
    AUTO_OUTPUT struct test_output health = run("health");
    assert_int_equal(health.exit_code, 69); /* no worker */
    test_sql(NULL, "update kaquan.account set enabled = false");
    test_sql(
        NULL,
        "insert into kaquan.worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('h', 1, '0', 'run', 0)");
    expect(0, "health");
    chmod(path_of("worker.pem"), 0644);
    expect(77, "doctor");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_has_help_with_examples_and_its_options),
        cmocka_unit_test(an_option_has_a_row_and_a_letter_of_its_own_in_each_command),
        cmocka_unit_test(wrong_words_are_refused_with_64_and_never_run),
        cmocka_unit_test(help_is_there_wherever_it_is_asked_for),
        cmocka_unit_test(the_version_names_the_libraries),
        cmocka_unit_test(completion_is_a_script_that_bash_takes_and_knows_every_command),
        cmocka_unit_test(lists_are_valid_json_with_schema_data_and_next),
        cmocka_unit_test(json_keeps_its_form_and_plain_its_columns),
        cmocka_unit_test(a_table_aligns_chinese),
        cmocka_unit_test(a_closed_output_is_an_error_of_io),
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
        cmocka_unit_test(a_mistake_in_the_settings_names_file_and_line),
        cmocka_unit_test(migrating_twice_changes_nothing),
        cmocka_unit_test(an_older_or_newer_schema_is_refused),
        cmocka_unit_test(a_database_that_is_not_there_is_said_with_its_code),
        cmocka_unit_test(doctor_and_health_say_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
