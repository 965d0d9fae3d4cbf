/* The command line: words, help, results in all forms, settings and schema. */
#include "command_scene.h"

#include "command.h"
#include "json.h"

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
        cmocka_unit_test(a_mistake_in_the_settings_names_file_and_line),
        cmocka_unit_test(migrating_twice_changes_nothing),
        cmocka_unit_test(an_older_or_newer_schema_is_refused),
        cmocka_unit_test(a_database_that_is_not_there_is_said_with_its_code),
        cmocka_unit_test(doctor_and_health_say_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
