#include "harness.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "wx_error.h"

static bool has_chinese(const char *text) {
    uint32_t point = 0;
    for (size_t n; (n = utf8_next(text, strlen(text), &point)) > 0; text += n)
        if (point >= 0x4E00 && point <= 0x9FFF)
            return true;
    return false;
}

static bool is_ascii(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

TEST(every_error_is_explained_in_both_languages) {
    size_t count, special;
    const struct wx_error *rows = wx_errors(&count, &special);
    for (size_t i = 0; i < count; i++) {
        const struct wx_error *e = &rows[i];
        struct err err = {0};
        fail(&err, ERR_BUG, "x");
        fail_cure(&err, "%s", e->cure);
        if (!e->meaning[0] || !e->cure[0] || !is_ascii(e->meaning) || !is_ascii(e->cure))
            fail_msg("%d has no English", e->errcode);
        if (!has_chinese(e->meaning_zh) || !has_chinese(e->cure_zh))
            fail_msg("%d has no Chinese", e->errcode);
        if (strcmp(err.cure, e->cure) != 0)
            fail_msg("%d: the cure is cut: %s", e->errcode, err.cure);
        if (e->cure[strlen(e->cure) - 1] != '.')
            fail_msg("%d: the cure is no sentence: %s", e->errcode, e->cure);
        if (strpbrk(e->cure_zh, ",;") != NULL)
            fail_msg("%d: half-width punctuation in Chinese", e->errcode);
    }
    assert_true(count - special >= 140);
}

TEST(no_error_is_there_twice) {
    size_t count, special;
    const struct wx_error *rows = wx_errors(&count, &special);
    for (size_t i = 1; i < count - special; i++)
        if (rows[i].errcode <= rows[i - 1].errcode)
            fail_msg("%d stands behind %d", rows[i].errcode, rows[i - 1].errcode);
    for (size_t i = count - special + 1; i < count; i++)
        if (rows[i].errcode <= rows[i - 1].errcode)
            fail_msg("%d stands behind %d at the token endpoints", rows[i].errcode, rows[i - 1].errcode);
}

TEST(every_class_has_a_rule_and_a_name_of_its_own) {
    for (enum wx_class c = 0; c < WX_CLASSES; c++) {
        const struct wx_rule *rule = wx_rule(c);
        assert_int_equal(rule->class, c);
        assert_true(rule->help[0] && rule->name[0] && rule->tries >= 1);
        assert_int_equal(wx_class_named(rule->name), c);
        assert_true((c == WX_OK) == (rule->kind == ERR_NONE));
    }
    assert_int_equal(wx_class_named("nonsense"), WX_UNKNOWN);
    assert_ptr_equal(wx_rule(WX_CLASSES), wx_rule(WX_UNKNOWN));
}

/* worker.md 2.5, "What to do on which answer". */
TEST(an_answer_is_classified_by_endpoint_group_and_number) {
    static const struct {
        int errcode;
        enum wx_class token, other;
    } cases[] = {
        {-1, WX_TRANSIENT, WX_TRANSIENT},
        {40001, WX_CONFIG, WX_TOKEN_STALE},
        {42001, WX_GARBAGE, WX_TOKEN_STALE},
        {40014, WX_GARBAGE, WX_TOKEN_STALE},
        {41001, WX_GARBAGE, WX_TOKEN_STALE},
        {40125, WX_CONFIG, WX_CONFIG},
        {40013, WX_CONFIG, WX_CONFIG},
        {41002, WX_CONFIG, WX_CONFIG},
        {41004, WX_CONFIG, WX_CONFIG},
        {43002, WX_CONFIG, WX_CONFIG},
        {40164, WX_HOST, WX_HOST},
        {45035, WX_HOST, WX_HOST},
        {89503, WX_CONFIRM, WX_CONFIRM},
        {89501, WX_CONFIRM, WX_CONFIRM},
        {89507, WX_HOST, WX_HOST},
        {89506, WX_HOST, WX_HOST},
        {45011, WX_MINUTE, WX_MINUTE},
        {45009, WX_QUOTA, WX_QUOTA},
        {48001, WX_PERMISSION, WX_PERMISSION},
        {48004, WX_PERMISSION, WX_PERMISSION},
        {50002, WX_PERMISSION, WX_PERMISSION},
        {50004, WX_PERMISSION, WX_PERMISSION},
        {61024, WX_PERMISSION, WX_PERMISSION},
        {40109, WX_BAD_DATA, WX_BAD_DATA},
        {45021, WX_BAD_DATA, WX_BAD_DATA},
        {40116, WX_BAD_DATA, WX_BAD_DATA},
        {40056, WX_BAD_DATA, WX_BAD_DATA},
        {41011, WX_BAD_DATA, WX_BAD_DATA},
        {41012, WX_BAD_DATA, WX_BAD_DATA},
        {40073, WX_BAD_DATA, WX_BAD_DATA},
        {43009, WX_PERMISSION, WX_PERMISSION},
        {45031, WX_STOCK, WX_STOCK},
        {40122, WX_STOCK, WX_STOCK},
        {40136, WX_STOCK, WX_STOCK},
        {40099, WX_DONE, WX_DONE},
        {0, WX_OK, WX_OK},
        {1, WX_UNKNOWN, WX_UNKNOWN},
        {99999, WX_UNKNOWN, WX_UNKNOWN},
        {INT_MIN, WX_UNKNOWN, WX_UNKNOWN},
        {INT_MAX, WX_UNKNOWN, WX_UNKNOWN},
    };
    static const enum wx_group others[] = {WX_TICKETS, WX_CARDS, WX_UTILITY};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (wx_classify(WX_TOKENS, cases[i].errcode) != cases[i].token)
            fail_msg("%d at a token endpoint", cases[i].errcode);
        for (size_t g = 0; g < ARRAY_LEN(others); g++)
            if (wx_classify(others[g], cases[i].errcode) != cases[i].other)
                fail_msg("%d at group %d", cases[i].errcode, (int)others[g]);
    }
}

TEST(a_spent_day_names_the_command_that_begins_it_anew) {
    static const char command[] = "kaquan-worker quota reset ACCOUNT";
    assert_non_null(strstr(wx_error_at(WX_CARDS, 45009)->cure, command));
    assert_non_null(strstr(wx_error_at(WX_CARDS, 45009)->cure_zh, command));
}

TEST(a_40001_has_another_cure_at_the_token_endpoints) {
    assert_non_null(strstr(wx_error_at(WX_TOKENS, 40001)->cure, "AppSecret"));
    assert_null(strstr(wx_error_at(WX_CARDS, 40001)->cure, "AppSecret"));
    assert_ptr_equal(wx_error_at(WX_CARDS, 40001), wx_error_find(40001));
    assert_ptr_equal(wx_error_at(WX_TOKENS, 40164), wx_error_find(40164));
    assert_null(wx_error_find(12345));
}

/* --- waiting --- */

static bool near(double a, double b) {
    return fabs(a - b) < 1e-6;
}

TEST(a_transient_wait_doubles_up_to_a_quarter_of_an_hour) {
    static const double full[] = {15, 30, 60, 120, 240, 480, 900, 900};
    for (int streak = 0; streak < (int)ARRAY_LEN(full); streak++) {
        assert_true(near(wx_wait(WX_TRANSIENT, -1, streak, 1, 0), full[streak]));
        assert_true(near(wx_wait(WX_TRANSIENT, -1, streak, 0, 0), full[streak] / 2));
    }
    assert_true(near(wx_wait(WX_TRANSIENT, -1, INT_MAX, 1, 0), 900));
    assert_true(near(wx_wait(WX_TRANSIENT, -1, -5, 1, 0), 15));
}

TEST(a_day_limit_ends_after_midnight_in_china) {
    const double midnight = 1767196800; /* 2025-12-31 16:00:00 UTC */
    assert_true(near(wx_wait(WX_QUOTA, 45009, 0, 0, midnight - 1), 1));
    assert_true(near(wx_wait(WX_QUOTA, 45009, 0, 1, midnight - 1), 901));
    assert_true(near(wx_wait(WX_QUOTA, 45009, 0, 0, midnight), 86400));
    assert_true(near(wx_wait(WX_QUOTA, 45009, 9, 0.5, midnight + 43200), 43200 + 450));
}

TEST(a_minute_limit_ends_in_the_next_minute) {
    assert_true(near(wx_wait(WX_MINUTE, 45011, 0, 0, 600), 60));
    assert_true(near(wx_wait(WX_MINUTE, 45011, 0, 1, 659.5), 20.5));
}

TEST(other_waits_belong_to_class_or_number) {
    assert_true(near(wx_wait(WX_HOST, 40164, 0, 0, 0), 600));
    assert_true(near(wx_wait(WX_HOST, 89507, 0, 0, 0), 3600));
    assert_true(near(wx_wait(WX_HOST, 89506, 0, 0, 0), 86400));
    assert_true(near(wx_wait(WX_CONFIRM, 89503, 0, 0, 0), 600));
    assert_true(near(wx_wait(WX_CONFIG, 40125, 7, 0, 0), 3600));
    assert_true(near(wx_wait(WX_UNKNOWN, 1, 0, 0, 0), 3600));
    assert_true(isinf(wx_wait(WX_PERMISSION, 48001, 0, 0, 0)));
    assert_true(near(wx_wait(WX_OK, 0, 0, 1, 0), 0));
}

/* --- addresses --- */

TEST(the_address_is_found_in_every_known_wording) {
    static const struct {
        const char *errmsg, *address;
    } cases[] = {
        {"invalid ip 101.226.140.206 ipv6 ::ffff:101.226.140.206, not in whitelist rid: 64e5d2d0-18b1978d-6abec211",
         "101.226.140.206"},
        {"invalid ip 101.45.43.100 ipv6 ::ffff:101.45.43.100, not in whitelist hint: [jotvMa01143580]",
         "101.45.43.100"},
        {"invalid ip 119.33.28.152, not in whitelist hint: [g_G8404063055]", "119.33.28.152"},
        {"access clientip is not registered requestIP: 120.55.36.117 rid: 64e5d2d0-18b1978d-6abec211",
         "120.55.36.117"},
        {"invalid ip 2408:4009::1 ipv6 2408:4009::1, not in whitelist", "2408:4009::1"},
        {"invalid ip ::ffff:1.2.3.4, not in whitelist", "1.2.3.4"},
        {"invalid ip unknown ipv6 2408:4009:0:0::0001, not in whitelist", "2408:4009::1"},
        {"invalid ip 1.2.3.4", "1.2.3.4"},
    };
    char address[WX_ADDRESS_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (!wx_address_of(cases[i].errmsg, address))
            fail_msg("no address in: %s", cases[i].errmsg);
        assert_string_equal(address, cases[i].address);
    }
}

TEST(what_is_no_address_is_not_taken_for_one) {
    static const char *const cases[] = {
        "",
        "invalid ip",
        "invalid ip ",
        "invalid ip , not in whitelist",
        "access clientip is not registered, not in ip-white-list",
        "invalid ip 1.2.3, not in whitelist",
        "invalid ip 1.2.3.4.5, not in whitelist",
        "invalid ip 1.2.3.256, not in whitelist",
        "invalid ip 1.2.3.4/24, not in whitelist",
        "invalid ip 1.2.3.4;drop, not in whitelist",
        "invalid ip \x1b[31m1.2.3.4, not in whitelist",
        "invalid ip fe80::1%eth0, not in whitelist",
        "invalid ip 1.2.3.4\n5.6.7.8, not in whitelist",
        "invalid ip 11111111111111111111111111111111111111111111111111111111111111111111111111111111111, x",
        "requestIP:",
        "ok",
    };
    char address[WX_ADDRESS_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (wx_address_of(cases[i], address))
            fail_msg("%s taken out of: %s", address, cases[i]);
        assert_string_equal(address, "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_is_explained_in_both_languages),
        cmocka_unit_test(no_error_is_there_twice),
        cmocka_unit_test(every_class_has_a_rule_and_a_name_of_its_own),
        cmocka_unit_test(an_answer_is_classified_by_endpoint_group_and_number),
        cmocka_unit_test(a_spent_day_names_the_command_that_begins_it_anew),
        cmocka_unit_test(a_40001_has_another_cure_at_the_token_endpoints),
        cmocka_unit_test(a_transient_wait_doubles_up_to_a_quarter_of_an_hour),
        cmocka_unit_test(a_day_limit_ends_after_midnight_in_china),
        cmocka_unit_test(a_minute_limit_ends_in_the_next_minute),
        cmocka_unit_test(other_waits_belong_to_class_or_number),
        cmocka_unit_test(the_address_is_found_in_every_known_wording),
        cmocka_unit_test(what_is_no_address_is_not_taken_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
