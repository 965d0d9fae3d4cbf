/* What WeChat would refuse of a template, and what to do about it: one row a problem. */
#include "template_lint.h" /* before cmocka.h, whose fail() is a macro */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "template.h"

enum { NOW = 1800000000 };

/* Templates in which nothing is wrong. */
#define BASE(date, more)                                                                                               \
    "\"base_info\":{\"logo_url\":\"http://mmbiz.qpic.cn/a/0\",\"brand_name\":\"松湖\",\"code_type\":"                \
    "\"CODE_TYPE_QRCODE\",\"title\":\"松湖成人票\",\"color\":\"Color020\",\"notice\":\"出示\",\"description\":" \
    "\"一\",\"date_info\":" date ",\"sku\":{\"quantity\":2000},\"can_share\":false,\"can_give_friend\":false" more     \
    "}"
#define RANGE "{\"type\":\"DATE_TYPE_FIX_TIME_RANGE\",\"begin_timestamp\":1790784000,\"end_timestamp\":2000044799}"
#define CARD(type, member, own) "{\"card\":{\"card_type\":\"" type "\",\"" member "\":{" BASE(RANGE, "") own "}}}"

static const char scenic[] = CARD("SCENIC_TICKET", "scenic_ticket", ",\"ticket_class\":\"全\"");
static const char boarding[] = CARD("BOARDING_PASS", "boarding_pass",
                                    ",\"from\":\"沪\",\"to\":\"京\",\"flight\":\"MU1\",\"air_model\":\"A320\","
                                    "\"departure_time\":1900000000,\"landing_time\":\"1900007200\"");
static const char member[] = "{\"card\":{\"card_type\":\"MEMBER_CARD\",\"member_card\":{" BASE(
    "{\"type\":\"DATE_TYPE_PERMANENT\"}",
    "") ","
        "\"prerogative\":\"九折\",\"supply_bonus\":true,\"supply_balance\":false,\"discount\":10,"
        "\"custom_field1\":{\"name_type\":\"FIELD_NAME_TYPE_LEVEL\",\"url\":\"https://example.com/\"}}}}";

static const char *const good[] = {
    scenic,
    boarding,
    member,
    CARD("MEETING_TICKET", "meeting_ticket", ",\"meeting_detail\":\"会\",\"map_url\":\"https://example.com/\""),
    CARD("MOVIE_TICKET", "movie_ticket", ",\"detail\":\"影\""),
};
static const char *const coupons[] = {
    CARD("GENERAL_COUPON", "general_coupon", ",\"default_detail\":\"券\""),
    CARD("GROUPON", "groupon", ",\"deal_detail\":\"团\""),
    CARD("CASH", "cash", ",\"reduce_cost\":100,\"least_cost\":0"),
    CARD("DISCOUNT", "discount", ",\"discount\":30"),
    CARD("GIFT", "gift", ",\"gift\":\"礼\",\"advanced_info\":{\"use_condition\":{\"object_use_for\":\"茶\"}}"),
};

static void look(const char *text, struct lint *lint) {
    struct err err = {0};
    cJSON *body = template_parse(text, strlen(text), &err);
    if (body == NULL) {
        print_error("%s: %s\n", text, err.text);
        fail();
    }
    template_lint(body, NOW, lint);
    cJSON_Delete(body);
}

/* The text with the first `from` replaced. */
static const char *with(const char *text, const char *from, const char *to) {
    static char changed[4096];
    const char *at = strstr(text, from);
    if (at == NULL) {
        print_error("%s is not there\n", from);
        fail();
    }
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return changed;
}

static void show(const struct lint *lint) {
    for (size_t i = 0; i < lint->count; i++)
        print_error("%s: %s %s: %s\n", lint_level_name(lint->problems[i].level), lint->problems[i].path,
                    lint->problems[i].cause, lint->problems[i].cure);
}

static void nothing_is_found_in_a_good_template(void **state UNUSED) {
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        AUTO_LINT struct lint lint = {0};
        look(good[i], &lint);
        show(&lint);
        assert_int_equal(lint.count, 0);
    }
}

static void a_coupon_is_good_but_for_a_warning_that_wechat_may_refuse_it(void **state UNUSED) {
    for (size_t i = 0; i < ARRAY_LEN(coupons); i++) {
        AUTO_LINT struct lint lint = {0};
        look(coupons[i], &lint);
        if (lint.count != 1)
            show(&lint);
        assert_int_equal(lint.found[LINT_WARNING], 1);
        assert_int_equal(lint.count, 1);
        assert_non_null(strstr(lint.problems[0].cause, "since April 2021"));
    }
}

/* clang-format off */
#define TITLE "\"title\":\"松湖成人票\""
#define DATE "card.scenic_ticket.base_info.date_info"
#define INFO "card.scenic_ticket.base_info."
static const struct {
    const char *text, *from, *to;
    enum lint_level level;
    const char *path, *cause, *cure;
} bad[] = {
    {scenic, TITLE, "\"title\":\"松湖成人票松湖成人\"", LINT_NOTE, NULL, NULL, NULL}, /* 27 bytes */
    {scenic, TITLE, "\"title\":\"松湖成人票松湖成人x\"", LINT_ERROR, INFO "title", "has 28 bytes, WeChat takes 27", "take 1 bytes away"},
    {scenic, TITLE, "\"title\":\"abcdefghijklmnopqrstuvwxyza\"", LINT_NOTE, NULL, NULL, NULL}, /* bytes, not characters */
    {scenic, TITLE, "\"title\":\"\"", LINT_ERROR, INFO "title", "is empty", "9 Chinese"},
    {scenic, TITLE, "\"title\":7", LINT_ERROR, INFO "title", "must be a text", "9 Chinese"},
    {scenic, TITLE, "\"title\":null", LINT_ERROR, INFO "title", "is null", "47001"},
    {scenic, TITLE ",", "", LINT_ERROR, INFO "title", "is missing", "add it"},
    {scenic, "\"notice\"", "\"notise\"", LINT_ERROR, INFO "notise", "is no field that WeChat knows", "did you mean base_info.notice?"},
    {scenic, "\"ticket_class\"", "\"meeting_detail\":\"x\",\"ticket_class\"", LINT_ERROR, "card.scenic_ticket.meeting_detail", "is no field of a SCENIC_TICKET", "take it out"},
    {scenic, "Color020", "Red", LINT_ERROR, INFO "color", "is \"Red\"", "Color010"},
    {scenic, "CODE_TYPE_QRCODE", "QRCODE", LINT_ERROR, INFO "code_type", "is \"QRCODE\"", "CODE_TYPE_NONE"},
    {scenic, "http://mmbiz.qpic.cn/a/0", "https://example.com/a.png", LINT_ERROR, INFO "logo_url", "is no picture that WeChat has", "template logo"},
    {scenic, "http://mmbiz.qpic.cn/a/0", "https://mmbiz.qpic.cn.example.com/0", LINT_ERROR, INFO "logo_url", "is no picture", "template logo"},
    {scenic, "2000}", "100000001}", LINT_ERROR, INFO "sku.quantity", "100000000", "at most"},
    {scenic, "2000}", "2.5}", LINT_ERROR, INFO "sku.quantity", "a whole number", "how many"},
    {scenic, "2000}", "0}", LINT_ERROR, INFO "sku.quantity", "is 0", "number of cards"},
    {scenic, "1790784000", "1790784000000", LINT_ERROR, DATE ".begin_timestamp", "in milliseconds", "divide it by 1000: 1790784000"},
    {scenic, "1790784000", "\"1790784000\"", LINT_ERROR, DATE ".begin_timestamp", "without quotes", "without quotes"},
    {scenic, "\"begin_timestamp\":1790784000,", "", LINT_ERROR, DATE ".begin_timestamp", "is missing", "add it"},
    {scenic, "1790784000", "2000044799", LINT_ERROR, DATE, "ends before it begins", "correct"},
    {scenic, "2000044799", "1800000000", LINT_ERROR, DATE ".end_timestamp", "in the past", "1800000000"},
    {scenic, "2000044799", "2147443200", LINT_ERROR, DATE ".end_timestamp", "beyond", "2038-01-19"},
    {scenic, "2000044799", "2000000000", LINT_WARNING, DATE ".end_timestamp", "not the end of a day", ": 2000044799"},
    {scenic, RANGE, "{\"type\":1,\"begin_timestamp\":1790784000,\"end_timestamp\":1790784001}", LINT_ERROR, DATE ".end_timestamp", "in the past", ""},
    {scenic, RANGE, "{\"type\":3}", LINT_ERROR, DATE ".type", "is 3", "DATE_TYPE_FIX_TERM"},
    {scenic, RANGE, "{\"type\":\"DATE_TYPE_FIX_TERM\"}", LINT_ERROR, DATE ".fixed_term", "is missing", "at least 1"},
    {scenic, RANGE, "{\"type\":\"DATE_TYPE_FIX_TERM\",\"fixed_term\":0}", LINT_ERROR, DATE ".fixed_term", "is 0", "at least 1"},
    {scenic, RANGE, "{\"type\":\"DATE_TYPE_FIX_TERM\",\"fixed_term\":1}", LINT_NOTE, NULL, NULL, NULL},
    {scenic, RANGE, "{\"type\":\"DATE_TYPE_PERMANENT\"}", LINT_ERROR, DATE ".type", "member cards only", "DATE_TYPE_FIX_TIME_RANGE"},
    {scenic, TITLE, TITLE ",\"use_custom_code\":\"true\"", LINT_ERROR, INFO "use_custom_code", "true or false", "codes"},
    {scenic, TITLE, TITLE ",\"use_custom_code\":true,\"get_custom_code_mode\":\"GET_CUSTOM_CODE_MODE_REALTIME\"", LINT_ERROR, INFO "get_custom_code_mode", "does not know", "DEPOSIT"},
    {scenic, TITLE, TITLE ",\"use_custom_code\":true,\"get_custom_code_mode\":\"GET_CUSTOM_CODE_MODE_DEPOSIT\"", LINT_ERROR, INFO "sku.quantity", "must be 0", "each deposited"},
    {scenic, TITLE, TITLE ",\"get_limit\":51", LINT_ERROR, INFO "get_limit", "1..50", "at most 50"},
    {scenic, TITLE, TITLE ",\"location_id_list\":[1],\"use_all_locations\":true", LINT_ERROR, INFO "location_id_list", "exclude each other", "leave one"},
    {scenic, TITLE, TITLE ",\"location_id_list\":[\"1\"]", LINT_ERROR, INFO "location_id_list[0]", "must be a number", "store ids"},
    {scenic, TITLE, TITLE ",\"center_title\":\"开\"", LINT_ERROR, INFO "center_title", "leads nowhere", "center_app_brand_user_name"},
    {scenic, TITLE, TITLE ",\"center_title\":\"开\",\"center_app_brand_user_name\":\"gh_0123456789ab@app\"", LINT_ERROR, INFO "center_app_brand_pass", "needs its page", "pages/index"},
    {scenic, TITLE, TITLE ",\"custom_url_name\":\"开\",\"custom_app_brand_pass\":\"pages/a\"", LINT_ERROR, INFO "custom_app_brand_user_name", "needs its mini program", "@app"},
    {scenic, TITLE, TITLE ",\"promotion_app_brand_user_name\":\"gh_0123456789ab@app\",\"promotion_app_brand_pass\":\"p\"", LINT_ERROR, INFO "promotion_url_name", "nothing to tap", "5 Chinese"},
    {scenic, TITLE, TITLE ",\"center_title\":\"开\",\"center_app_brand_user_name\":\"gh_0123456789ab\",\"center_app_brand_pass\":\"p\"", LINT_ERROR, INFO "center_app_brand_user_name", "no mini program", "@app"},
    {scenic, TITLE, TITLE ",\"custom_url_name\":\"开\",\"custom_url\":\"https://example.com\"", LINT_WARNING, INFO "custom_url", "no longer be followed", "custom_app_brand_user_name"},
    {scenic, TITLE, TITLE ",\"custom_url_name\":\"开\",\"custom_url\":\"example.com\"", LINT_ERROR, INFO "custom_url", "is no URL", "https://"},
    {scenic, "\"can_share\":false,", "", LINT_WARNING, INFO "can_share", "not certain", "true or false"},
    {scenic, "\"ticket_class\"", "\"advanced_info\":{\"text_image_list\":{\"text\":\"x\"}},\"ticket_class\"", LINT_ERROR, "card.scenic_ticket.advanced_info.text_image_list", "must be a list", "a list of"},
    {scenic, "\"ticket_class\"", "\"advanced_info\":{\"text_image_list\":[{\"text\":\"x\"},{\"image_url\":\"http://a/b\"}]},\"ticket_class\"", LINT_ERROR, "card.scenic_ticket.advanced_info.text_image_list[1].image_url", "no picture", "template logo"},
    {scenic, "\"ticket_class\"", "\"advanced_info\":{},\"ticket_class\"", LINT_WARNING, "card.scenic_ticket.advanced_info", "for coupons only", "leave it out"},
    {scenic, "\"SCENIC_TICKET\"", "\"TICKET\"", LINT_ERROR, "card.card_type", "is \"TICKET\"", "BOARDING_PASS"},
    {scenic, "\"SCENIC_TICKET\"", "\"MOVIE_TICKET\"", LINT_ERROR, "card.movie_ticket", "is missing", "movie_ticket"},
    {scenic, "{\"card\":", "{\"crad\":", LINT_ERROR, "card", "is missing", "card/create"},
    {boarding, "1900007200", "1900000000", LINT_NOTE, NULL, NULL, NULL}, /* a text is not compared */
    {boarding, "\"1900007200\"", "1900000000", LINT_ERROR, "card.boarding_pass.landing_time", "not after", "correct"},
    {boarding, "\"1900007200\"", "\"1900007200000\"", LINT_ERROR, "card.boarding_pass.landing_time", "in milliseconds", "1900007200"},
    {boarding, "\"1900007200\"", "\"tomorrow\"", LINT_ERROR, "card.boarding_pass.landing_time", "must be a number", "Unix"},
    {member, "\"supply_balance\":false", "\"supply_balance\":true", LINT_WARNING, "card.member_card.supply_balance", "permission", "false"},
    {member, "FIELD_NAME_TYPE_LEVEL", "LEVEL", LINT_ERROR, "card.member_card.custom_field1.name_type", "is \"LEVEL\"", "FIELD_NAME_TYPE_LEVEL"},
};
/* clang-format on */

static const struct lint_problem *at(const struct lint *lint, const char *path, const char *cause) {
    for (size_t i = 0; i < lint->count; i++)
        if (strcmp(lint->problems[i].path, path) == 0 && strstr(lint->problems[i].cause, cause))
            return &lint->problems[i];
    show(lint);
    print_error("no \"%s\" at %s\n", cause, path);
    fail();
    return NULL;
}

static void each_problem_is_found_at_its_place_with_its_cure(void **state UNUSED) {
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_LINT struct lint lint = {0};
        look(with(bad[i].text, bad[i].from, bad[i].to), &lint);
        if (bad[i].path == NULL) {
            show(&lint);
            assert_int_equal(lint.count, 0);
            continue;
        }
        const struct lint_problem *p = at(&lint, bad[i].path, bad[i].cause);
        assert_int_equal(p->level, bad[i].level);
        if (strstr(p->cure, bad[i].cure) == NULL) {
            print_error("%s: %s: not \"%s\"\n", p->path, p->cure, bad[i].cure);
            fail();
        }
        assert_true(p->source[0] >= '1' && p->source[0] <= '9');
    }
}

static void all_problems_are_found_at_once(void **state UNUSED) {
    AUTO_LINT struct lint lint = {0};
    struct err err = {0};
    look(with(scenic, TITLE ",\"color\":\"Color020\"", "\"color\":\"Red\",\"get_limit\":0"), &lint);
    assert_int_equal(lint.found[LINT_ERROR], 3);
    assert_false(lint_good(&lint, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "(and 2 more"));
}

static void what_a_file_says_reaches_no_terminal_unchanged(void **state UNUSED) {
    AUTO_LINT struct lint lint = {0};
    look(with(scenic, "Color020", "\\u001b[31mred"), &lint);
    assert_null(strchr(at(&lint, INFO "color", "does not know")->cause, '\x1b'));
}

/* --- the table --- */

static void every_field_is_reached_by_an_object_that_is_a_field(void **state UNUSED) {
    size_t count;
    const struct template_field *f = template_fields(&count);
    for (size_t i = 0; i < count; i++) {
        char parent[128];
        snprintf(parent, sizeof parent, "%s", f[i].place);
        char *dot = strrchr(parent, '.');
        if (dot == NULL)
            continue;
        *dot = '\0';
        if (dot > parent + 2 && strcmp(dot - 2, "[]") == 0)
            dot[-2] = '\0';
        const struct template_field *p = template_field_find(parent, f[i].kinds);
        if (p == NULL || (p->type != FIELD_OBJECT && p->type != FIELD_OBJECTS) || (f[i].kinds & ~p->kinds) != 0)
            print_error("%s has no object around it\n", f[i].place);
        assert_non_null(p);
        assert_int_equal(f[i].kinds & ~p->kinds, 0);
    }
}

static void every_field_says_what_it_is_and_where_it_is_from(void **state UNUSED) {
    size_t count;
    const struct template_field *f = template_fields(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(f[i].label[0] && f[i].help[0] && f[i].source[0] == '8');
        assert_true(f[i].kinds != 0 && (f[i].kinds & ~(unsigned)KIND_ALL) == 0);
        for (size_t j = 0; j < i; j++)
            if (strcmp(f[i].place, f[j].place) == 0)
                assert_int_equal(f[i].kinds & f[j].kinds, 0);
    }
}

static void a_colour_has_a_name_and_a_value(void **state UNUSED) {
    assert_string_equal(template_color_value("Color020"), "#2c9f67");
    assert_string_equal(template_color_name("#2C9F67"), "Color020");
    assert_null(template_color_name("#000000"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_found_in_a_good_template),
        cmocka_unit_test(a_coupon_is_good_but_for_a_warning_that_wechat_may_refuse_it),
        cmocka_unit_test(each_problem_is_found_at_its_place_with_its_cure),
        cmocka_unit_test(all_problems_are_found_at_once),
        cmocka_unit_test(what_a_file_says_reaches_no_terminal_unchanged),
        cmocka_unit_test(every_field_is_reached_by_an_object_that_is_a_field),
        cmocka_unit_test(every_field_says_what_it_is_and_where_it_is_from),
        cmocka_unit_test(a_colour_has_a_name_and_a_value),
    };
    return cmocka_run_group_tests_name("template_lint", tests, NULL, NULL);
}
