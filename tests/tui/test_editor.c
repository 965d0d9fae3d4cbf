/* The form of a template, from the first key to WeChat's approval; what it says of problems; what it never loses. */
#include "rehearsal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_form.h"
#include "card_value.h"
#include "json.h"
#include "operator.h"

#define AUTO_FORM AUTO(form_auto)
static void form_auto(struct card_form **form) {
    card_form_free(*form);
}

#define console(how, ...)                                                                                            \
    test_screen_start(how, test_path("KAQUAN_CONSOLE"), (const char *const[]){__VA_ARGS__, NULL})
static const struct test_screen_run english = {0}, chinese = {.lang = "zh_CN.UTF-8"};
static const struct test_screen_run wide = {.rows = 36, .columns = 120};

static const double SOON_SECONDS = 20;
enum { NOW = 1795651200 }; /* 2026-11-26 08:00 in China */

#define CTRL_P "\x10"
#define CTRL_S "\x13"
#define CTRL_U "\x15"
#define F8 "\x1b[19~"
#define BACKTAB "\x1b[Z"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(600, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

/* Where forms are kept, of this test alone. */
static int alone(void **state UNUSED) {
    static int number;
    char name[32];

    snprintf(name, sizeof(name), "state-%d", number++);
    setenv("XDG_STATE_HOME", rehearsal_file(name), 1);
    return 0;
}

static bool is_true(void *sql) {
    return strcmp(test_sql(NULL, "select %s", (const char *)sql), "t") == 0;
}

static void until_true(const char *sql) {
    test_wait_until(is_true, (void *)(uintptr_t)sql, SOON_SECONDS);
}

/* --- values: what a person writes, and what WeChat is sent --- */

static const struct template_field *field(const char *place) {
    const struct template_field *f = template_field_find(place, KIND_SCENIC | KIND_BOARDING);

    assert_non_null(f);
    return f;
}

TEST(a_value_is_read_as_it_is_meant_and_written_as_it_was) {
    static const struct {
        const char *place, *text, *json, *again;
    } values[] = {
        {"base_info.date_info.begin_timestamp", "2026-11-01", "1793462400", "2026-11-01"},
        {"base_info.date_info.end_timestamp", "2026-11-01", "1793548799", "2026-11-01"},
        {"base_info.date_info.begin_timestamp", "2026-11-01 18:30", "1793529000", "2026-11-01 18:30"},
        {"base_info.date_info.begin_timestamp", "+0d", "1795622400", "2026-11-26"},
        {"base_info.date_info.end_timestamp", "+30d", "1798300799", "2026-12-26"},
        {"departure_time", "2026-11-01 18:30:05", "1793529005", "2026-11-01 18:30:05"},
        {"base_info.sku.quantity", "20000", "20000", "20000"},
        {"base_info.can_share", "false", "false", "false"},
        {"base_info.location_id_list", "12 13,14", "[12,13,14]", "12, 13, 14"},
        {"base_info.title", "秋 \"展\"", "\"秋 \\\"展\\\"\"", "秋 \"展\""},
        {"base_info.description", "a" CARD_LINE_END "b", "\"a\\nb\"", "a" CARD_LINE_END "b"},
        {"advanced_info.time_limit", "[{\"type\":\"MONDAY\"}]", "[{\"type\":\"MONDAY\"}]", "[{\"type\":\"MONDAY\"}]"},
    };

    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const char *why = NULL;
        cJSON *value = card_value_read(field(values[i].place), values[i].text, NOW, &why);
        AUTO_BUF struct buf again = {0};
        char *json = cJSON_PrintUnformatted(value);

        assert_string_equal(json, values[i].json);
        card_value_text(field(values[i].place), value, &again);
        assert_string_equal(buf_str(&again), values[i].again);
        assert_null(why);
        free(json);
        cJSON_Delete(value);
    }
}

TEST(what_cannot_be_read_says_why) {
    static const struct {
        const char *place, *text;
    } bad[] = {
        {"base_info.date_info.begin_timestamp", "2026-02-30"},
        {"base_info.date_info.begin_timestamp", "tomorrow"},
        {"base_info.date_info.begin_timestamp", "2026-11-01x"},
        {"base_info.date_info.end_timestamp", "+30"},
        {"base_info.sku.quantity", "2e4"},
        {"advanced_info.time_limit", "1}, {\"a\": 2"},
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *why = NULL;

        cJSON_Delete(card_value_read(field(bad[i].place), bad[i].text, NOW, &why));
        assert_non_null(why);
    }
}

/* --- the form, without a screen --- */

static void set(struct card_form *form, const char *place, const char *text) {
    assert_true(card_form_line(form, place) >= 0);
    card_form_set(form, card_form_line(form, place), text);
    card_form_check(form, NOW);
}

TEST(each_visible_line_is_reached_forwards_and_back) {
    size_t count;
    const struct card_type *types = card_types(&count);

    for (size_t t = 0; t < count; t++)
        for (int by = -1; by <= 1; by += 2) {
            AUTO_FORM struct card_form *form = card_form_new("fest other", NULL);
            int visible = 0, seen = 0;

            set(form, "card_type", types[t].name);
            for (int i = 0; i < form->count; i++)
                visible += !form->lines[i].hidden;
            do {
                form->focus = card_form_next(form, by, false);
                seen++;
            } while (form->focus != 0 && seen < 1000);
            assert_int_equal(seen, visible);
        }
}

TEST(another_type_has_other_lines_and_what_was_typed_stays) {
    AUTO_FORM struct card_form *form = card_form_new("fest", NULL);
    AUTO_JSON cJSON *body = NULL;

    set(form, "base_info.title", "Gala");
    set(form, "ticket_class", "standing");
    set(form, "card_type", "MEETING_TICKET");
    assert_int_equal(card_form_line(form, "ticket_class"), -1);
    set(form, "meeting_detail", "A talk");
    body = card_form_body(form, NOW);
    assert_string_equal(
        cJSON_GetStringValue(template_field_value(
            cJSON_GetObjectItem(cJSON_GetObjectItem(body, "card"), "meeting_ticket"), "base_info.title")),
        "Gala");
}

/* Whoever did not touch a line follows; what both changed has both values. */
TEST(a_change_of_somebody_else_meets_mine_field_by_field) {
    AUTO_JSON cJSON *base = cJSON_Parse("{\"card\":{\"card_type\":\"SCENIC_TICKET\",\"scenic_ticket\":{\"base_info\":"
                                        "{\"title\":\"a\",\"notice\":\"n\",\"brand_name\":\"b\"}}}}");
    AUTO_JSON cJSON *theirs =
        cJSON_Parse("{\"card\":{\"card_type\":\"SCENIC_TICKET\",\"scenic_ticket\":{\"base_info\":"
                    "{\"title\":\"theirs\",\"notice\":\"new\",\"brand_name\":\"b\"}}}}");
    AUTO_FORM struct card_form *form = card_form_new("fest", NULL);
    int title = card_form_line(form, "base_info.title"), notice = card_form_line(form, "base_info.notice");

    card_form_begin(form, base, 3, false);
    assert_false(card_form_dirty(form));
    set(form, "base_info.title", "mine");
    set(form, "base_info.brand_name", "mine too");
    assert_int_equal(card_form_merge(form, theirs, 4), 1);
    assert_string_equal(card_form_text(form, title), "mine");
    assert_string_equal(form->lines[title].theirs, "theirs");
    assert_string_equal(card_form_text(form, notice), "new");
    assert_null(form->lines[notice].theirs);
    assert_int_equal(form->version, 4);
}

/* --- on the screen --- */

static struct test_screen *new_form(const struct test_screen_run *how) {
    struct test_screen *s = console(how, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "[Color030");
    return s;
}

/* Throws away what was typed, so that the next test begins without a draft. */
static void give_up(struct test_screen *s, const char *question, const char *choice) {
    test_screen_keys(s, "\x1b");
    test_screen_until(s, question);
    test_screen_keys(s, choice);
    test_screen_keys(s, "\r");
    test_screen_until_gone(s, question);
}

static void assert_caret_in(struct test_screen *s, const char *label) {
    int row, column;

    test_screen_idle(s);
    assert_true(test_screen_cursor(s, &row, &column));
    assert_int_equal(row, test_screen_until_both(s, label, "["));
}

TEST(bytes_are_counted_and_problems_have_their_cure_while_one_types) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_keys(s, "\t\t\t\t\t2026 秋季当代");
    test_screen_until_both(s, "title  ", "17 of 27 bytes");
    assert_caret_in(s, "title  ");
    test_screen_keys(s, "艺术展览门票");
    test_screen_until_both(s, "title  ", "! 35 of 27 bytes: 8 over");
    test_screen_until(s, "take 8 bytes away: the title");
    test_screen_keys(s, CTRL_U "秋季当代艺术展");
    test_screen_until_both(s, "title  ", "21 of 27 bytes");
    test_screen_keys(s, "\t\t入场时出示二维码");
    test_screen_until_both(s, "notice  ", "24 of 48 bytes");
    test_screen_keys(s, "\t\t２０００x");
    test_screen_until_both(s, "2000x", "! is no number");
    test_screen_keys(s, "\x7f");
    test_screen_until_both(s, "stock  ", "[2000 ");
    give_up(s, "The form was changed", "throw");
}

TEST(days_are_written_as_days_and_fit_each_other) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    for (int i = 0; i < 11; i++)
        test_screen_keys(s, "\t");
    test_screen_keys(s, "+60d\t+30d\t");
    test_screen_until_both(s, "valid until  ", "! ends before it begins");
    test_screen_keys(s, BACKTAB BACKTAB CTRL_U "+0d\t\t");
    test_screen_until_gone(s, "ends before it begins");
    test_screen_keys(s, BACKTAB BACKTAB BACKTAB " ");
    test_screen_until_both(s, "validity  ", "FIX_TERM");
    test_screen_until(s, "days valid  ");
    assert_caret_in(s, "validity  ");
    test_screen_keys(s, "\r");
    test_screen_until(s, "DATE_TYPE_PERMANENT");
    test_screen_keys(s, "range\r");
    test_screen_until_both(s, "validity  ", "FIX_TIME_RANGE");
    give_up(s, "The form was changed", "throw");
}

TEST(f8_goes_from_problem_to_problem) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_until(s, "10 problems");
    test_screen_keys(s, "adult" F8);
    assert_caret_in(s, "logo  ");
    test_screen_keys(s, F8);
    assert_caret_in(s, "brand  ");
    test_screen_keys(s, "museum");
    test_screen_until(s, "8 problems");
    test_screen_keys(s, "\x1f"); /* ^_ */
    test_screen_until(s, "9 problems");
    give_up(s, "The form was changed", "throw");
}

TEST(a_long_text_has_a_window_of_its_own) {
    AUTO_SCREEN struct test_screen *s = new_form(&english);

    test_screen_keys(s, "\t\t\t\t\t\t\t\t\x07");
    test_screen_until(s, "terms of use: 0 of 3072 bytes");
    test_screen_keys(s, "请提前到场\r一人一票\x1b[A！");
    test_screen_until(s, "terms of use: 31 of 3072 bytes");
    test_screen_keys(s, "\x07");
    test_screen_until_both(s, "terms of use  ", "31 of 3072 bytes");
    give_up(s, "The form was changed", "throw");
}

TEST(a_wide_window_shows_the_card_as_on_a_phone) {
    AUTO_SCREEN struct test_screen *s = new_form(&wide);

    test_screen_keys(s, "\t\t\t\t城市美术馆\t2026 秋季当代艺术展览门票");
    test_screen_until_both(s, "│", "城市美术馆");
    test_screen_until_both(s, "│", "! 35 of 27 bytes: 8 over");
    give_up(s, "The form was changed", "throw");
}

/* --- to WeChat and back --- */

static bool is_approved(void *key) {
    rehearsal_worker(0, "run");
    return strcmp(test_sql(NULL, "select status from kaquan.template where key = '%s'", (const char *)key),
                  "approved") == 0;
}

/* All that WeChat needs, from the key on. */
#define FILLED(key, title)                                                                                           \
    key "\t\thttp://mmbiz.qpic.cn/a/0\t\t城市美术馆\t" title                                                         \
        "\t\t入场时出示二维码\t请提前 15 分钟到场\t２０００\t\t"                                  \
        "+0d\t+30d\t成人票"

TEST(a_template_is_made_by_keys_alone_sent_and_approved) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    test_screen_until(s, "No templates yet. n makes one");
    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "10 problems");
    test_screen_keys(s, FILLED("autumn", "Autumn 2026"));
    test_screen_until(s, "new template, changed, 0 problems");
    test_screen_keys(s, CTRL_P);
    test_screen_until(s, "$ kaquan-worker template submit autumn");
    test_screen_keys(s, CTRL_S);
    until_true("exists (select from kaquan.job where kind = 'template_submit')");
    test_wait_until(is_approved, (void *)(uintptr_t) "autumn", SOON_SECONDS);
    test_screen_until(s, "Esc closes"); /* what the worker said */
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "Esc closes");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "autumn", "approved");
    assert_string_equal(test_sql(NULL,
                                 "select stock || code_mode || (body #>> '{card,scenic_ticket,base_info,brand_name}')"
                                 " from kaquan.template where key = 'autumn'"),
                        "2000merchant城市美术馆");
}

TEST(a_template_is_made_by_keys_alone_in_chinese) {
    AUTO_SCREEN struct test_screen *s = console(&chinese, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "n");
    test_screen_until(s, "10 处问题");
    test_screen_until_both(s, "使用提醒  ", "! 未填写");
    test_screen_keys(s, FILLED("qiu", "秋季当代艺术展"));
    test_screen_until(s, "新模板，已改动，0 处问题");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "模板 qiu 已保存，版本 1");
    assert_string_equal(test_sql(NULL, "select title || status from kaquan.template where key = 'qiu'"),
                        "秋季当代艺术展draft");
    test_screen_keys(s, "\x1b");
    test_screen_until_both(s, "qiu", "草稿");
}

TEST(what_wechat_never_changes_is_fixed_and_a_changed_title_is_pushed) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/autumn\r");
    test_screen_until_gone(s, "qiu");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "brand  ", "fixed");
    test_screen_keys(s, BACKTAB "x");
    test_screen_until(s, "WeChat has it and never changes this");
    test_screen_keys(s, "\t" CTRL_U "Autumn 2027\x04");
    test_screen_until(s, "title: \"Autumn 2026\" -> \"Autumn 2027\"  (review)");
    test_screen_keys(s, "\x1b" CTRL_P);
    test_screen_until(s, "$ kaquan-worker template push autumn");
    test_screen_until(s, "WeChat reviews the card again");
    test_screen_keys(s, CTRL_S);
    until_true("exists (select from kaquan.job where kind = 'template_update')");
}

TEST(another_template_like_this_one_is_a_key_away) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/qiu\r");
    test_screen_until_gone(s, "autumn");
    test_screen_keys(s, "d");
    test_screen_until_both(s, "title  ", "[秋季当代艺术展");
    test_screen_keys(s, "dong" CTRL_S);
    test_screen_until(s, "template dong is saved, version 1");
    assert_string_equal(test_sql(NULL,
                                 "select count(distinct body) || ' ' || count(*) from kaquan.template where key in"
                                 " ('qiu', 'dong')"),
                        "1 2");
}

TEST(testers_are_named_and_a_qr_code_is_made_by_keys) {
    AUTO_SCREEN struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/autumn\r");
    test_screen_until_gone(s, "qiu");
    test_screen_keys(s, "T");
    test_screen_until(s, "Tester");
    test_screen_keys(s, "\tmei_chen" CTRL_S);
    until_true(
        "exists (select from kaquan.audit_log where action = 'template_testers' and after ->> 'testers' = '1')");
    test_screen_idle(s);
    test_screen_keys(s, "\r");
    test_screen_until(s, "VERSION");
    test_screen_keys(s, "i");
    test_screen_until(s, "$ kaquan-worker template qrcode autumn");
    test_screen_keys(s, "A1B2C3" CTRL_S);
    until_true(
        "exists (select from kaquan.audit_log where action = 'template_qrcode' and object = 'template autumn')");
}

/* --- nothing is lost --- */

static struct test_screen *edit_qiu(void) {
    struct test_screen *s = console(&english, "--screen", "templates");

    operator_unlocks(s);
    test_screen_keys(s, "/qiu\r");
    test_screen_until_gone(s, "autumn");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "title  ", "of 27 bytes");
    return s;
}

/* Somebody else writes the title. */
static void meanwhile(const char *title) {
    const char *path = rehearsal_file("meanwhile.json");
    char line[300];
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(test_sql(NULL,
                   "select jsonb_set(body, '{card,scenic_ticket,base_info,title}', '\"%s\"') from kaquan.template"
                   " where key = 'qiu'",
                   title),
          file);
    fclose(file);
    snprintf(line, sizeof(line), "template import %s --account fest --key qiu", path);
    rehearsal_worker(0, line);
}

TEST(a_lost_race_shows_both_values_and_asks_again) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Mine");
    test_screen_until_both(s, "title  ", "4 of 27 bytes");
    meanwhile("Theirs");
    test_screen_until_both(s, "[Mine", "! theirs: Theirs");
    test_screen_keys(s, CTRL_S);
    test_screen_until(s, "title: yours \"Mine\", theirs \"Theirs\"");
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Theirs");
    test_screen_keys(s, "y");
    test_screen_until(s, "template qiu is saved");
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Mine");
}

TEST(theirs_is_taken_with_a_key) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Mine again");
    test_screen_until_both(s, "title  ", "10 of 27 bytes");
    meanwhile("Theirs again");
    test_screen_until(s, "! theirs: Theirs again");
    test_screen_keys(s, "\x14");
    test_screen_until_gone(s, "! theirs");
    test_screen_until_both(s, "title  ", "[Theirs again");
}

static const char *kept_file(void) {
    static char path[300];

    snprintf(path, sizeof(path), "%s/kaquan/drafts/qiu.json", getenv("XDG_STATE_HOME"));
    return path;
}

static bool is_kept(void *text) {
    char kept[20000] = "";
    FILE *file = fopen(kept_file(), "re");
    size_t len = file ? fread(kept, 1, sizeof(kept) - 1, file) : 0;

    if (file)
        fclose(file);
    kept[len] = '\0';
    return strstr(kept, text) != NULL;
}

TEST(a_form_is_restored_after_the_console_was_killed) {
    AUTO_SCREEN struct test_screen *s = edit_qiu(), *again = NULL;

    test_screen_keys(s, CTRL_U "写了一半");
    test_wait_until(is_kept, (void *)(uintptr_t) "写了一半", SOON_SECONDS);
    test_screen_signal(s, SIGKILL);
    assert_int_equal(test_screen_end(s), 128 + SIGKILL);
    again = console(&english, "--screen", "templates");
    test_screen_until_both(again, "Unsaved draft of qiu from", "restore?");
    test_screen_keys(again, "\r");
    test_screen_until_both(again, "*title", "[写了一半");
    test_screen_until(again, "qiu, changed");
    give_up(again, "The form was changed", "throw");
    assert_false(is_kept("写了一半"));
}

TEST(a_form_is_kept_when_its_terminal_goes) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Hung up");
    test_screen_idle(s);
    test_screen_signal(s, SIGHUP);
    assert_int_equal(test_screen_end(s), 128 + SIGTERM);
    assert_true(is_kept("Hung up"));
}

TEST(a_form_that_is_left_is_kept_and_offered_when_it_is_opened) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U "Later");
    give_up(s, "The form was changed", "kept");
    test_screen_until(s, "STATUS");
    test_screen_keys(s, "e");
    test_screen_until_both(s, "Unsaved draft from", "restore?");
    test_screen_keys(s, "\r");
    test_screen_until_both(s, "*title", "[Later");
    give_up(s, "The form was changed", "throw");
}

/* More than a pipe holds by itself. */
TEST(a_long_template_is_saved_whole) {
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(
        NULL,
        "update kaquan.template set body = jsonb_set(body, '{card,scenic_ticket,advanced_info}',"
        " jsonb_build_object('text_image_list', (select jsonb_agg(jsonb_build_object('image_url',"
        " 'http://mmbiz.qpic.cn/a/0', 'text', repeat('展', 160))) from generate_series(1, 180)))) where key = 'qiu'");
    s = edit_qiu();
    test_screen_keys(s, CTRL_U "Long" CTRL_S);
    test_screen_until(s, "template qiu is saved");
    assert_string_equal(test_sql(NULL,
                                 "select title || jsonb_array_length(body #> '{card,scenic_ticket,advanced_info,"
                                 "text_image_list}') from kaquan.template where key = 'qiu'"),
                        "Long180");
}

/* What was typed is kept here when the session may not write, or WeChat would not take it. */
TEST(a_save_that_cannot_be_is_kept_and_says_so) {
    AUTO_SCREEN struct test_screen *s = edit_qiu();

    test_screen_keys(s, CTRL_U CTRL_S);
    test_screen_until(s, "kept on this host; the database takes it without problems: F8 shows 1");
    assert_true(is_kept("\"base_info.title\":\"\""));
    assert_string_equal(test_sql(NULL, "select title from kaquan.template where key = 'qiu'"), "Theirs again");
    give_up(s, "The form was changed", "throw");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_read_as_it_is_meant_and_written_as_it_was),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(each_visible_line_is_reached_forwards_and_back),
        cmocka_unit_test(another_type_has_other_lines_and_what_was_typed_stays),
        cmocka_unit_test(a_change_of_somebody_else_meets_mine_field_by_field),
        cmocka_unit_test_setup(a_template_is_made_by_keys_alone_sent_and_approved, alone),
        cmocka_unit_test_setup(a_template_is_made_by_keys_alone_in_chinese, alone),
        cmocka_unit_test_setup(what_wechat_never_changes_is_fixed_and_a_changed_title_is_pushed, alone),
        cmocka_unit_test_setup(another_template_like_this_one_is_a_key_away, alone),
        cmocka_unit_test_setup(testers_are_named_and_a_qr_code_is_made_by_keys, alone),
        cmocka_unit_test_setup(bytes_are_counted_and_problems_have_their_cure_while_one_types, alone),
        cmocka_unit_test_setup(days_are_written_as_days_and_fit_each_other, alone),
        cmocka_unit_test_setup(f8_goes_from_problem_to_problem, alone),
        cmocka_unit_test_setup(a_long_text_has_a_window_of_its_own, alone),
        cmocka_unit_test_setup(a_wide_window_shows_the_card_as_on_a_phone, alone),
        cmocka_unit_test_setup(a_lost_race_shows_both_values_and_asks_again, alone),
        cmocka_unit_test_setup(theirs_is_taken_with_a_key, alone),
        cmocka_unit_test_setup(a_form_is_restored_after_the_console_was_killed, alone),
        cmocka_unit_test_setup(a_form_is_kept_when_its_terminal_goes, alone),
        cmocka_unit_test_setup(a_form_that_is_left_is_kept_and_offered_when_it_is_opened, alone),
        cmocka_unit_test_setup(a_save_that_cannot_be_is_kept_and_says_so, alone),
        cmocka_unit_test_setup(a_long_template_is_saved_whole, alone),
    };
    return cmocka_run_group_tests_name("editor", tests, rehearse, rehearsal_end);
}
