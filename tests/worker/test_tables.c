/* What is made from the tables has all of them: completion, `config show`. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "json.h"
#include "jobs.h"

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

/* Asks bash, which says what is missing. The last word of the line is being typed. */
static void question(struct buf *script, const char *line, const char *answer) {
    size_t len = strlen(line);
    buf_printf(script,
               "COMP_WORDS=(kaquan-worker %s%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kaquan_worker\n"
               "[[ \" ${COMPREPLY[*]} \" == *' %s '* ]] || echo '%s: %s is not offered'\n",
               line, len == 0 || line[len - 1] == ' ' ? "''" : "", answer, line, answer);
}

static void options_of(struct buf *q, const struct command *c) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    char line[128], word[64];
    snprintf(line, sizeof line, "%s %s --", c->noun, c->verb ? c->verb : "");
    for (size_t i = 0; i < options; i++)
        if (((c->options | OPT_EVERYWHERE) & OPT(o[i].id)) != 0) {
            snprintf(word, sizeof word, "--%s", o[i].name);
            question(q, line, word);
        }
    for (size_t i = 0; i < settings; i++) {
        snprintf(word, sizeof word, "--%s", s[i].name);
        question(q, line, word);
    }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completion_offers_every_command_option_and_closed_value_of_the_tables),
        cmocka_unit_test(config_show_tells_of_every_setting_where_it_comes_from),
        cmocka_unit_test(an_unknown_setting_is_named_with_its_place_and_the_nearest),
    };
    return cmocka_run_group_tests(tests, home, no_home);
}
