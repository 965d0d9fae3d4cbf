/* The form of a template without a screen: what a person writes, what WeChat is sent, which lines there are. */
#include "harness.h"

#include <stdlib.h>

#include "card_form.h"
#include "card_value.h"
#include "json.h"

#define AUTO_FORM AUTO(form_auto)
static void form_auto(struct card_form **form) {
    card_form_free(*form);
}

enum { NOW = 1795651200 }; /* 2026-11-26 08:00 in China */

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_read_as_it_is_meant_and_written_as_it_was),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(each_visible_line_is_reached_forwards_and_back),
        cmocka_unit_test(another_type_has_other_lines_and_what_was_typed_stays),
        cmocka_unit_test(a_change_of_somebody_else_meets_mine_field_by_field),
    };

    return cmocka_run_group_tests_name("card form", tests, NULL, NULL);
}
