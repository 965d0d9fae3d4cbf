/* What is made from the tables has all of them: completion, `config show`, the manual. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "drift.h"
#include "json.h"
#include "jobs.h"
#include "manual.h"
#include "metrics.h"
#include "site.h"
#include "ticket.h"
#include "wx_error.h"

static char directory[] = "/tmp/kaquan-tables.XXXXXX";

static int home(void **state UNUSED) {
    char path[128];
    if (!mkdtemp(directory))
        return -1;
    setenv("HOME", directory, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    snprintf(path, sizeof path, "%s/.config", directory);
    if (mkdir(path, 0700) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/.config/kaquan", directory);
    return mkdir(path, 0700);
}

static int no_home(void **state UNUSED) {
    static const char *const parts[] = {"/.config/kaquan/config.ini", "/.config/kaquan", "/.config", ""};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", directory, parts[i]);
        remove(path);
    }
    return 0;
}

static void user_file(const char *text) {
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/.config/kaquan/config.ini", directory);
    file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        test_fail("cannot write %s", path);
}

/* --- completion --- */

/* Asks bash what it offers for the last word of the line, which is being typed. */
static void ask(struct buf *script, const char *line) {
    size_t len = strlen(line);
    buf_printf(script, "COMP_WORDS=(kaquan-worker %s%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kaquan_worker\n",
               line, len == 0 || line[len - 1] == ' ' ? "''" : "");
}

/* It says what is missing there. */
static void offers(struct buf *script, const char *line, const char *dashes, const char *answer) {
    buf_printf(script, "[[ \" ${COMPREPLY[*]} \" == *' %s%s '* ]] || echo '%s: %s%s is not offered'\n", dashes,
               answer, line, dashes, answer);
}

static void question(struct buf *script, const char *line, const char *answer) {
    ask(script, line);
    offers(script, line, "", answer);
}

static void options_of(struct buf *q, const struct command *c) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    char line[128];
    snprintf(line, sizeof line, "%s %s --", c->noun, c->verb ? c->verb : "");
    ask(q, line);
    for (size_t i = 0; i < options; i++)
        if (((c->options | OPT_EVERYWHERE) & OPT(o[i].id)) != 0)
            offers(q, line, "--", o[i].name);
    for (size_t i = 0; i < settings; i++)
        offers(q, line, "--", s[i].name);
}

/* "a b c" after --name, and after --name= */
static void values(struct buf *q, const char *name, const char *list) {
    char *words = mem_text(list), *rest = words, line[96];
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        snprintf(line, sizeof line, "config show --%s ", name);
        question(q, line, word);
        snprintf(line, sizeof line, "--%s = %.1s", name, word);
        question(q, line, word);
    }
    free(words);
}

static void closed_values(struct buf *q) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    char words[256];
    int closed = 0;
    for (size_t i = 0; i < options; i++)
        if (closed_list(o[i].argument, words, sizeof words)[0] != '\0') {
            values(q, o[i].name, words);
            closed++;
        }
    for (size_t i = 0; i < settings; i++)
        if (s[i].type == CONF_CHOICE || s[i].type == CONF_SWITCH)
            values(q, s[i].name, s[i].type == CONF_SWITCH ? "yes no" : s[i].choices);
    assert_true(closed >= 2);
}

TEST(completion_offers_every_command_option_and_closed_value_of_the_tables) {
    size_t count, job_count;
    const struct command *c = command_rows(&count);
    const struct job_kind *k = job_kinds(&job_count);
    AUTO_BUF struct buf q = {0};
    AUTO_OUTPUT struct test_output script = test_worker("completion", "bash");
    assert_int_equal(script.exit_code, 0);
    buf_text(&q, buf_str(&script.out));
    for (size_t i = 0; i < count; i++) {
        char line[96];
        question(&q, "", c[i].noun);
        snprintf(line, sizeof line, "--reason x --json %s ", c[i].noun);
        if (c[i].verb != NULL)
            question(&q, line, c[i].verb);
        options_of(&q, &c[i]);
    }
    for (size_t i = 0; i < job_count; i++)
        question(&q, "run ", k[i].name);
    question(&q, "completion ", "bash");
    closed_values(&q);
    buf_text(&q, "echo all asked\n");
    AUTO_OUTPUT struct test_output answers =
        test_program_run(&(struct test_run){.input = buf_str(&q)}, "/bin/bash", (const char *const[]){"-s", NULL});
    if (strcmp(buf_str(&answers.out), "all asked\n") != 0)
        test_fail("%.500s%.500s", buf_str(&answers.out), buf_str(&answers.err));
}

/* --- config show --- */

static const cJSON *row_of(const cJSON *json, const char *name) {
    const cJSON *row;
    cJSON_ArrayForEach(row, json_array(json, "data")) {
        const cJSON *found = cJSON_GetObjectItemCaseSensitive(row, "name");
        if (cJSON_IsString(found) && strcmp(found->valuestring, name) == 0)
            return row;
    }
    test_fail("%s is not shown", name);
}

static void expect_setting(const cJSON *json, const char *name, const char *value, const char *source,
                           const char *origin) {
    const struct { const char *member, *text; } parts[] = {{"value", value}, {"source", source}, {"origin", origin}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const cJSON *found = cJSON_GetObjectItemCaseSensitive(row_of(json, name), parts[i].member);
        if (!cJSON_IsString(found) || strstr(found->valuestring, parts[i].text) == NULL)
            test_fail("%s: %s is not %s", name, parts[i].member, parts[i].text);
    }
}

TEST(config_show_tells_of_every_setting_where_it_comes_from) {
    size_t count;
    const struct conf_row *rows = conf_rows(&count);
    struct err err = {0};
    user_file("# ours\nlog-level = debug\nhost = gate-1\nlang = en\nproxy = http://mei:hush@proxy\n");
    setenv("KAQUAN_LANG", "zh_CN", 1);
    AUTO_OUTPUT struct test_output o = test_worker("config", "show", "--origin", "--json", "--host=gate-2");
    unsetenv("KAQUAN_LANG");
    assert_int_equal(o.exit_code, 0);
    AUTO_JSON cJSON *json = json_parse(buf_str(&o.out), o.out.len, NULL, &err);
    assert_non_null(json);
    for (size_t i = 0; i < count; i++)
        assert_non_null(row_of(json, rows[i].name));
    expect_setting(json, "host", "gate-2", "flag", "--host");
    expect_setting(json, "lang", "zh_CN", "environment", "KAQUAN_LANG");
    expect_setting(json, "log-level", "debug", "user file", "/.config/kaquan/config.ini:2");
    expect_setting(json, "ca-file", "/ca-certificates.crt", "default", "default");
    expect_setting(json, "proxy", "(set)", "user file", "config.ini:5");
    assert_null(strstr(buf_str(&o.out), "hush"));
}

TEST(an_unknown_setting_is_named_with_its_place_and_the_nearest) {
    user_file("host = gate-1\nlog-levle = debug\n");
    AUTO_OUTPUT struct test_output o = test_worker("config", "show");
    assert_int_equal(o.exit_code, 78);
    assert_non_null(
        strstr(buf_str(&o.err), "config.ini:2: unknown setting \"log-levle\", did you mean \"log-level\"?"));
    user_file("");
}

/* --- the manual --- */

static const char *const pages[] = {"worker/kaquan-worker.1", "worker/kaquan.5",        "worker/kaquan-jobs.7",
                                    "worker/kaquan-errors.7", "worker/kaquan-filter.7", "tui/kaquan.1"};
static struct buf kept[ARRAY_LEN(pages)];

static int drop_pages(void **state) {
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        buf_wipe(&kept[i]);
    return no_home(state);
}

static void read_file(const char *path, struct buf *out) {
    FILE *file = fopen(path, "re");
    char line[1000];
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        buf_text(out, line);
    fclose(file);
}

/* The page's source with the tables in it: the console fills its own. */
static struct test_output fill_page(const char *page) {
    AUTO_BUF struct buf source = {0};
    char path[1200];
    snprintf(path, sizeof path, "%.1000s/%s.scd", test_source(), page);
    if (strncmp(page, "tui/", 4) != 0)
        return test_worker("manual", path);
    read_file(path, &source);
    return test_program_run(&(struct test_run){.input = buf_str(&source)}, test_path("KAQUAN_CONSOLE"),
                            (const char *const[]){"--manual", NULL});
}

/* Each page is made once, and kept until the end. */
static const char *page_text(const char *page) {
    size_t i = 0;
    while (strcmp(pages[i], page) != 0)
        if (++i == ARRAY_LEN(pages))
            test_fail("there is no page %s", page);
    if (kept[i].len == 0) {
        AUTO_OUTPUT struct test_output o = fill_page(page);
        if (o.exit_code != 0)
            test_fail("%s: %s", page, buf_str(&o.err));
        buf_text(&kept[i], buf_str(&o.out));
    }
    return buf_str(&kept[i]);
}

static void expect_in(const char *page, const char *before, const char *text, const char *behind) {
    AUTO_BUF struct buf wanted = {0};
    buf_text(&wanted, before);
    manual_text(&wanted, text);
    buf_text(&wanted, behind);
    if (strstr(page_text(page), buf_str(&wanted)) == NULL)
        test_fail("%s: \"%s\" is missing", page, buf_str(&wanted));
}

TEST(scdoc_takes_every_page) {
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        AUTO_OUTPUT struct test_output o = test_program_run(&(struct test_run){.input = page_text(pages[i])},
                                                            "/usr/bin/scdoc", (const char *const[]){NULL});
        if (o.exit_code != 0 || strstr(buf_str(&o.out), ".SH NAME") == NULL || buf_str(&o.err)[0] != '\0')
            test_fail("%s: %s", pages[i], buf_str(&o.err));
    }
}

TEST(every_command_option_and_metric_is_in_the_manual) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", c[i].noun, c[i].verb ? " " : "", c[i].verb ? c[i].verb : "");
        expect_in("worker/kaquan-worker.1", "\n*", name, "*");
        expect_in("worker/kaquan-worker.1", "\t", c[i].help, "\n");
    }
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        expect_in("worker/kaquan-worker.1", "--", o[i].name, "*");
    const struct metric *m = metric_rows(&count);
    for (size_t i = 0; i < count; i++)
        expect_in("worker/kaquan-worker.1", "\n*", m[i].name, "*");
    for (int kind = 0; kind < ERR_KINDS; kind++)
        expect_in("worker/kaquan-worker.1", "\t", err_class((enum err_kind)kind)->help, "\n");
}

TEST(every_setting_job_field_and_error_code_is_in_the_manual) {
    size_t count, special;
    const struct conf_row *s = conf_rows(&count);
    for (size_t i = 0; i < count; i++)
        expect_in("worker/kaquan.5", "\n*", s[i].name, "*");
    const struct site_row *site = site_rows(&count);
    for (size_t i = 0; i < count; i++)
        expect_in("worker/kaquan.5", "\n*", site[i].name, "*");
    const struct job_kind *k = job_kinds(&count);
    for (size_t i = 0; i < count; i++)
        expect_in("worker/kaquan-jobs.7", "\n*", k[i].name, "*");
    for (enum drift_id id = DRIFT_NONE + 1; id < DRIFT_KINDS; id++)
        expect_in("worker/kaquan-jobs.7", "Repair: ", drift_kind(id)->repair, "\n");
    for (size_t i = 0; i < ticket_fields.count; i++)
        expect_in("worker/kaquan-filter.7", "\n*", ticket_fields.fields[i].name, "*");
    const char *errors = page_text("worker/kaquan-errors.7");
    const struct wx_error *e = wx_errors(&count, &special);
    for (size_t i = 0; i < count; i++) {
        AUTO_BUF struct buf entry = {0}, chinese = {0};
        manual_text(&entry, e[i].cure);
        manual_text(&chinese, e[i].cure_zh);
        if (strstr(errors, buf_str(&entry)) == NULL || strstr(errors, buf_str(&chinese)) == NULL)
            test_fail("%d is not whole in kaquan-errors(7)", e[i].errcode);
    }
}

TEST(every_table_has_its_place_on_a_page_and_no_other_is_named) {
    size_t count;
    const struct manual_table *t = manual_tables(&count);
    AUTO_BUF struct buf all = {0};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        char path[1200];
        snprintf(path, sizeof path, "%.1000s/%s.scd", test_source(), pages[i]);
        read_file(path, &all);
    }
    for (size_t i = 0; i < count; i++) {
        char place[64];
        snprintf(place, sizeof place, "\n@%s@\n", t[i].name);
        if (strstr(buf_str(&all), place) == NULL)
            test_fail("no page has the table %s", t[i].name);
    }
    AUTO_OUTPUT struct test_output o = test_worker_run(&(struct test_run){.input = "x(1)\n\n@nothing@\n"},
                                                       (const char *const[]){"manual", "-", NULL});
    assert_int_equal(o.exit_code, 65);
    assert_non_null(strstr(buf_str(&o.err), "@nothing@"));
}

/* Its options are not in a table of ours: the program says which it has. */
TEST(every_option_of_the_console_is_in_its_manual) {
    AUTO_OUTPUT struct test_output help =
        test_program_run(&(struct test_run){0}, test_path("KAQUAN_CONSOLE"), (const char *const[]){"--help", NULL});
    int options = 0;
    assert_int_equal(help.exit_code, 0);
    for (const char *at = buf_str(&help.out); (at = strstr(at, " --")) != NULL; at++, options++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 3, " \n"), at + 3);
        expect_in("tui/kaquan.1", "*--", name, "*");
    }
    assert_true(options >= 5);
}

/* Text that scdoc would take for marks is shown as it is. */
TEST(text_for_the_manual_is_shown_as_it_is) {
    static const char text[] =
        "a *b* _c_ x_y \\ d++ ~e\n- no list\n# no heading\n|no table\n.SH no macro\n'SH no macro";
    AUTO_BUF struct buf source = {0};
    buf_text(&source, "x(1)\n\n# NAME\n\n");
    manual_text(&source, text);
    buf_char(&source, '\n');
    AUTO_OUTPUT struct test_output o = test_program_run(&(struct test_run){.input = buf_str(&source)},
                                                        "/usr/bin/scdoc", (const char *const[]){NULL});
    assert_int_equal(o.exit_code, 0);
    assert_null(strstr(buf_str(&o.out), "\\fB"));
    assert_null(strstr(buf_str(&o.out), "\\fI"));
    assert_null(strstr(buf_str(&o.out), ".IP"));
    assert_null(strstr(buf_str(&o.out), "\n.SH no"));
    assert_null(strstr(buf_str(&o.out), "\n'SH no"));
}

/* --- results as JSON --- */

/* Takes the place of an argument in the table of commands. */
static const char *argument_for(const struct command *c, const char *word) {
    static const char *const words[][2] = {{"FILE", "-"},      {"ID", "1"},      {"LOGIN", "tables_app"},
                                           {"NAME", "margin"}, {"VALUE", "90s"}, {"CODE", "123456789012"},
                                           {"PAGE", "-"},      {"COUNT", "+1"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strncmp(word, words[i][0], strlen(words[i][0])) == 0)
            return words[i][1];
    return strcmp(c->noun, "template") == 0 || strcmp(c->noun, "pool") == 0 ? "adult" : "festival";
}

/* The command with whatever it needs; it may be refused for other reasons. */
static struct test_output call_json(const struct command *c) {
    const char *words[24];
    char *arguments = mem_text(c->arguments), *rest = arguments;
    size_t n = 0;
    words[n++] = c->noun;
    if (c->verb != NULL)
        words[n++] = c->verb;
    for (char *word; (word = strsep(&rest, " ")) != NULL && n < 12;)
        if (word[0] != '\0' && word[0] != '[')
            words[n++] = argument_for(c, word);
    words[n++] = "--json";
    words[n++] = "--yes";
    words[n++] = "--no-input";
    if ((c->options & OPT(OPT_CONFIRM)) != 0)
        words[n++] = "--confirm=festival";
    if ((c->options & OPT(OPT_SECRET_FILE)) != 0)
        words[n++] = "--secret-file=-";
    words[n] = NULL;
    struct test_output o = test_worker_run(&(struct test_run){.input = "0badcafe0badcafe0badcafe0badcafe\n"}, words);
    free(arguments);
    return o;
}

/* An object with schema, data and next, where it did what it should; else nothing. */
static bool answers_json(const struct command *c) {
    struct err err = {0};
    const char *schema;
    AUTO_OUTPUT struct test_output o = call_json(c);
    if (o.exit_code > 2) {
        if (o.out.len > 0 && buf_str(&o.out)[0] != '{')
            test_fail("%s %s failed and printed %s", c->noun, c->verb ? c->verb : "", buf_str(&o.out));
        return false;
    }
    AUTO_JSON cJSON *json =
        json_parse(buf_str(&o.out), o.out.len, &(struct json_limits){.members = 10000, .depth = 16}, &err);
    if (json == NULL || !json_need_text(json, "schema", 8, 64, "a-z0-9_.-", &schema, &err) ||
        cJSON_GetObjectItemCaseSensitive(json, "data") == NULL ||
        cJSON_GetObjectItemCaseSensitive(json, "next") == NULL)
        test_fail("%s %s: %s: %.500s", c->noun, c->verb ? c->verb : "", err.text, buf_str(&o.out));
    return true;
}

TEST(every_list_and_every_act_answers_in_json_when_asked) {
    char key[128];
    size_t count;
    int answers = 0;
    const struct command *c = command_rows(&count);
    test_database("tables");
    snprintf(key, sizeof key, "%s/worker.pem", directory);
    setenv("KAQUAN_KEY_FILE", key, 1);
    setenv("KAQUAN_HOST", "gate-1", 1);
    AUTO_OUTPUT struct test_output made = test_worker("key", "new", "--json");
    assert_non_null(strstr(buf_str(&made.out), "{\"schema\":\"kaquan.act.1\",\"data\":{\"command\":\"key new\","
                                               "\"arguments\":[],\"messages\":[\"the key "));
    AUTO_OUTPUT struct test_output added =
        test_worker("account", "add", "festival", "--appid", "wx0123456789abcdef", "--json", "--quiet");
    assert_string_equal(buf_str(&added.out),
                        "{\"schema\":\"kaquan.act.1\",\"data\":{\"command\":\"account add\",\"arguments\":"
                        "[\"festival\"],\"messages\":[\"account festival was added\"]},"
                        "\"next\":\"kaquan-worker account set-secret festival\"}\n");
    for (size_t i = 0; i < count; i++)
        if (c[i].needs != NEEDS_NOTHING && strcmp(c[i].noun, "run") != 0 && strcmp(c[i].noun, "serve") != 0)
            answers += answers_json(&c[i]);
    unlink(key);
    test_database_drop();
    if (answers < 30)
        test_fail("only %d commands did something", answers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completion_offers_every_command_option_and_closed_value_of_the_tables),
        cmocka_unit_test(config_show_tells_of_every_setting_where_it_comes_from),
        cmocka_unit_test(an_unknown_setting_is_named_with_its_place_and_the_nearest),
        cmocka_unit_test(scdoc_takes_every_page),
        cmocka_unit_test(every_command_option_and_metric_is_in_the_manual),
        cmocka_unit_test(every_setting_job_field_and_error_code_is_in_the_manual),
        cmocka_unit_test(every_table_has_its_place_on_a_page_and_no_other_is_named),
        cmocka_unit_test(every_option_of_the_console_is_in_its_manual),
        cmocka_unit_test(text_for_the_manual_is_shown_as_it_is),
        cmocka_unit_test(every_list_and_every_act_answers_in_json_when_asked),
    };
    return cmocka_run_group_tests(tests, home, drop_pages);
}
