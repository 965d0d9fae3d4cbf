/* What the program says in 简体中文: to people, and to nobody else. */
#include "harness.h"

#include <libintl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bulk.h"
#include "code.h"
#include "command.h"
#include "drift.h"
#include "gate.h"
#include "go_live.h"
#include "lang.h"
#include "site.h"
#include "template_diff.h"
#include "ticket.h"
#include "wx_error.h"

static const char bad_template[] =
    "{\"card\":{\"card_type\":\"MEETING_TICKET\",\"meeting_ticket\":{\"base_info\":{}}}}";

static int scene(void **state) {
    test_setup(state);
    test_sql(NULL, "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
                   "insert into template (account_id, key, card_type, title, body, code_mode, status)"
                   " values (1, 'adult', 'MEETING_TICKET', '成人票', '{}', 'merchant', 'draft')");
    return 0;
}

static void expect_words(const struct buf *text, const char *words) {
    if (strstr(buf_str(text), words) == NULL)
        test_fail("\"%s\" is not in: %s", words, buf_str(text));
}

/* --- which language --- */

TEST(option_variable_and_environment_choose_the_language) {
    static const struct {
        const char *option, *variable, *lang, *said;
    } cases[] = {
        {"--lang=zh_CN", "en", "C.UTF-8", "未知的命令"}, {"--lang=en", "zh_CN", "zh_CN.UTF-8", "unknown command"},
        {"--quiet", "zh_CN", "C.UTF-8", "未知的命令"},   {"--quiet", "auto", "zh_CN.UTF-8", "未知的命令"},
        {"--quiet", "en", "zh_CN.UTF-8", "unknown"},     {"--quiet", "auto", "C.UTF-8", "unknown command"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        setenv("KAQUAN_LANG", cases[i].variable, 1);
        setenv("LANG", cases[i].lang, 1);
        AUTO_OUTPUT struct test_output o = test_worker("tempate", "list", cases[i].option);
        unsetenv("KAQUAN_LANG");
        unsetenv("LANG");
        assert_int_equal(o.exit_code, 64);
        expect_words(&o.err, cases[i].said);
        expect_words(&o.err, "kaquan-worker help");
    }
}

TEST(without_a_catalogue_it_speaks_english) {
    char directory[] = "/tmp/kaquan-lang.XXXXXX", path[64];
    if (access("/usr/local/share/locale/zh_CN/LC_MESSAGES/kaquan.mo", R_OK) == 0)
        skip(); /* that of an installed Kaquan would be found */
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/kaquan-worker", directory);
    AUTO_OUTPUT struct test_output copied = test_program_run(
        &(struct test_run){0}, "/bin/cp", (const char *const[]){test_path("KAQUAN_WORKER"), path, NULL});
    AUTO_OUTPUT struct test_output o =
        test_program_run(&(struct test_run){0}, path, (const char *const[]){"tempate", "list", "--lang=zh_CN", NULL});
    unlink(path);
    rmdir(directory);
    assert_int_equal(copied.exit_code, 0);
    expect_words(&o.err, "unknown command \"tempate\"");
}

/* --- what is said --- */

TEST(errors_cures_lists_and_questions_are_chinese) {
    static const struct {
        const char *words[4], *out, *err;
        int code;
    } cases[] = {
        {{"template", "show", "adlt"}, "", "没有模板“adlt”", 65},
        {{"template", "show", "adlt"}, "", "处理办法：`kaquan-worker template list` 列出所有模板", 65},
        {{"template", "list"}, "有未推改动", "", 0},
        {{"site", "show"}, "闸机所用日期的时区", "", 0},
        {{"site", "set", "margin", "5s"}, "", "请加上 --yes", 64},
        {{"template", "delete", "adult"}, "", "请加上 --confirm=adult", 64},
        {{"template", "set", "adult", "--target=9"}, "", "模板 adult 已修改", 0},
        {{"template", "lint", "-"}, "请填写：", "个错误", 65},
        {{"doctor"}, "处理办法", "", 78},
        {{"doctor"}, "kaquan-worker account", "", 78},
        {{"help", "pool"}, "列出卡池及其存量", "", 0},
        {{"pool", "fill", "adult"}, "", "只有通过审核的模板才有卡池", 65},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *arguments[6] = {"--lang=zh_CN"};
        for (size_t n = 0; n < ARRAY_LEN(cases[i].words); n++)
            arguments[n + 1] = cases[i].words[n];
        AUTO_OUTPUT struct test_output o = test_worker_run(&(struct test_run){.input = bad_template}, arguments);
        if (o.exit_code != cases[i].code)
            test_fail("%s %s: exit %d: %s%s", arguments[1], arguments[2], o.exit_code, buf_str(&o.out),
                      buf_str(&o.err));
        expect_words(&o.out, cases[i].out);
        expect_words(&o.err, cases[i].err);
    }
}

TEST(a_question_on_a_terminal_is_chinese) {
    AUTO_BUF struct buf shown = {0};
    int terminal, status;
    char part[512];
    ssize_t n;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        setenv("PGUSER", "kaquan_worker", 1);
        alarm(20);
        execl(test_path("KAQUAN_WORKER"), "kaquan-worker", "account", "disable", "festival", "--lang=zh_CN",
              (char *)NULL);
        _exit(127);
    }
    assert_int_equal(write(terminal, "n\n", 2), 2);
    while ((n = read(terminal, part, sizeof part)) > 0)
        buf_add(&shown, part, (size_t)n);
    close(terminal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    expect_words(&shown, "停用 festival？此后不再发放它的卡券。");
    expect_words(&shown, "未确认，没有执行任何操作");
}

TEST(json_and_lines_with_tabs_are_the_same_bytes_in_both_languages) {
    static const char *const commands[][4] = {
        {"template", "lint", "-", "--json"},     {"account", "list", "--json"}, {"site", "show", "--json"},
        {"template", "show", "adult", "--json"}, {"config", "show", "--plain"}, {"site", "show", "--plain"},
        {"template", "set", "adult", "--json"},
    };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *arguments[6] = {NULL};
        for (size_t n = 0; n < ARRAY_LEN(commands[i]); n++)
            arguments[n] = commands[i][n];
        setenv("LANGUAGE", "en", 1);
        AUTO_OUTPUT struct test_output english =
            test_worker_run(&(struct test_run){.input = bad_template}, arguments);
        setenv("LANGUAGE", "zh_CN", 1);
        AUTO_OUTPUT struct test_output chinese =
            test_worker_run(&(struct test_run){.input = bad_template}, arguments);
        unsetenv("LANGUAGE");
        assert_string_equal(buf_str(&english.out), buf_str(&chinese.out));
        assert_int_equal(english.exit_code, chinese.exit_code);
    }
}

TEST(what_jobs_say_is_kept_in_english) {
    test_sql(NULL, "insert into kaquan.job (kind) values ('no_such_kind')");
    AUTO_OUTPUT struct test_output o = test_worker("run", "--max-seconds=5", "--lang=zh_CN");
    assert_string_equal(test_sql(NULL, "select error_text from kaquan.job where kind = 'no_such_kind'"),
                        "this worker does not know jobs of kind no_such_kind");
}

/* --- is all of it there? --- */

static void expect_chinese(const char *text) {
    if (text != NULL && text[0] != '\0' && lang_text(text) == text)
        test_fail("not in Chinese: %s", text);
}

/* The helps of a table whose rows are counted by the call before. */
#define expect_rows(...)                                                                                             \
    do {                                                                                                             \
        for (size_t i = 0; i < count; i++) {                                                                         \
            const char *const texts_[] = {__VA_ARGS__};                                                              \
            for (size_t n_ = 0; n_ < ARRAY_LEN(texts_); n_++)                                                        \
                expect_chinese(texts_[n_]);                                                                          \
        }                                                                                                            \
    } while (0)

TEST(the_texts_of_all_tables_are_there_in_chinese) {
    char directory[1100];
    size_t count;
    const struct command *commands = command_rows(&count);
    lang_start("zh_CN");
    snprintf(directory, sizeof directory, "%s/build/locale", test_source());
    bindtextdomain("kaquan", directory);
    expect_rows(commands[i].help);
    const struct option_row *options = option_rows(&count);
    expect_rows(options[i].help);
    const struct conf_row *settings = conf_rows(&count);
    expect_rows(settings[i].help);
    const struct site_row *site = site_rows(&count);
    expect_rows(site[i].help);
    const struct gate_field *gates = gate_fields(&count);
    expect_rows(gates[i].help);
    const struct template_field *fields = template_fields(&count);
    expect_rows(fields[i].help);
    const struct code_state *codes = code_states(&count);
    expect_rows(codes[i].help);
    const struct go_live_item *items = go_live_items(&count);
    expect_rows(items[i].what, items[i].where);
    for (size_t i = 0; i < ticket_fields.count; i++)
        expect_chinese(ticket_fields.fields[i].help);
    for (enum err_kind kind = 0; kind < ERR_KINDS; kind++)
        expect_chinese(err_class(kind)->help);
    for (enum wx_class class = 0; class < WX_CLASSES; class ++)
        expect_chinese(wx_rule(class)->help);
    for (enum code_problem problem = 0; problem < CODE_PROBLEMS; problem++)
        expect_chinese(code_problem_text(problem));
    for (enum field_change change = 0; change <= CHANGE_UNVERIFIED; change++)
        expect_chinese(field_change(change)->help);
    for (enum bulk_act_id act = 0; act < BULK_ACTS; act++)
        expect_chinese(bulk_act(act)->help);
    for (enum drift_id drift = 0; drift < DRIFT_KINDS; drift++) {
        expect_chinese(drift_kind(drift)->help);
        expect_chinese(drift_kind(drift)->repair);
    }
    lang_start("en");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(option_variable_and_environment_choose_the_language),
        cmocka_unit_test(without_a_catalogue_it_speaks_english),
        cmocka_unit_test(errors_cures_lists_and_questions_are_chinese),
        cmocka_unit_test(a_question_on_a_terminal_is_chinese),
        cmocka_unit_test(json_and_lines_with_tabs_are_the_same_bytes_in_both_languages),
        cmocka_unit_test(what_jobs_say_is_kept_in_english),
        cmocka_unit_test(the_texts_of_all_tables_are_there_in_chinese),
    };
    return cmocka_run_group_tests(tests, scene, test_teardown);
}
