/* Pictures of pools, jobs, gates, audit and settings in both languages. What is said does not change with the hour of
 * the day: times are fixed, spans are days. */
#include "operator.h"

#include <stdio.h>

static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
        " pool_target, pool_low, paused) select 1, k, 'MEETING_TICKET', t, '{}', m, s, k, 50000, 9000, 2000, p"
        " from (values ('adult', '成人票', 'merchant', 'approved', false), ('shut', 'Lecture', 'merchant', 'approved', true),"
        " ('stock', 'Gala', 'deposit', 'approved', false), ('new', '讲座 VIP', 'merchant', 'waiting', false)) v (k, t, m, s, p);"
        "update pool set slot = 0, cards = 'pool_card_00_next', fill = 1, epoch = 7, first_ordinal = 1, last_ordinal = 1800,"
        " valid_until = now() + interval '3 d', usable_from = '-infinity', usable_until = now() + interval '2 d 30 min'"
        " where template_key = 'adult';"
        "insert into batch (fill, template_id, epoch, slot, cards, reason, host, seconds, committed_at)"
        " values (1, 1, 7, 0, 1800, 'first fill', 'h', 0.5, now() - interval '2 d 30 min');");
    test_sql(
        NULL,
        "set search_path = kaquan; insert into job (kind, account_id, state, attempts, error_class, errcode, error_text,"
        " created_at, started_at, finished_at) values ('whitelist_check', 1, 'failed', 3, 'host', 40164,"
        " 'invalid ip 203.0.113.9', '2026-11-20 10:00Z', '2026-11-20 10:00Z', now() - interval '2 d 30 min');"
        "insert into job (kind, account_id, template_id, run_at, created_at, attempts) values"
        " ('template_submit', 1, 1, now() + interval '2 d 30 min', '2026-11-20 10:00Z', 2);"
        "insert into job_log (job_id, at, level, text) values (1, '2026-11-20 10:00:01Z', 'info', 'asking WeChat');"
        "insert into gate_grant (login, account_id, granted_at) values ('gate_north', 1, '2026-11-20 10:00Z');"
        "insert into ticket_scan (at, template_id, entries, verdict, scan_id, code, gate, annulled) values"
        " ('2026-11-20 10:02Z', 1, 1, 'used_up', 'scan-3', '603184207551', 'north', false),"
        " ('2026-11-20 10:01Z', 1, 1, 'admitted', 'scan-2', '603184207552', 'north', true),"
        " ('2026-11-20 10:00Z', 1, 1, 'admitted', 'scan-1', '603184207551', 'north', false);"
        "insert into audit_log (at, who, person, action, object, before, after, reason, hash) values"
        " ('2026-11-20 10:00Z', 'kaquan_worker', 'mei@desk', 'template_set', 'template adult', '{\"pool_target\": 5}',"
        " '{\"pool_target\": 9000}', 'gala', '\\x00'),"
        " ('2026-11-20 10:01Z', 'kaquan_worker', 'li@door', 'job_cancel', 'job 7', null, null, null, '\\x01');"
        "insert into act_request (noun, verb, params, person, reason, created_at) values ('template', 'delete',"
        " '{\"arguments\": [\"adult\"], \"options\": {}}', 'mei@desk', 'cancelled', '2026-11-20 10:00Z')");
    return 0;
}

/* A screen, the keys to what is shown, and a text that stands there then. */
static const struct picture {
    const char *name, *screen, *keys, *last, *chinese;
    int skip;
} pictures[] = {
    {"pools", "pools", "", "2d00h", "2d00h", 2},
    {"pool", "pools", "j" ENTER, "LOW WATER", "低水位", 2},
    {"jobs", "jobs", "", "ticket_person", "持有人索引", 2},
    {"gates", "gates", "", "gate_north", "gate_north", 2},
    {"audit", "audit", "", "template delete", "template delete", 2},
    {"change", "audit", "G" ENTER, "mei@desk", "mei@desk", 2},
    {"requests", "requests", "", "template delete", "template delete", 2},
    {"settings", "settings", "/keep" ENTER, "keep_checks", "keep_checks", 4}, /* not the machine's paths */
};

static void draw(const struct picture *p, const struct test_screen_run *how, const char *suffix) {
    AUTO_SCREEN struct test_screen *s = operator_at(how, p->screen);
    char name[64];

    test_screen_idle(s);
    test_screen_keys(s, p->keys);
    test_screen_until(s, how->lang ? p->chinese : p->last);
    snprintf(name, sizeof(name), "%s%s", p->name, suffix);
    test_screen_golden(s, name, p->skip);
}

TEST(the_screens_of_operations_look_as_they_did) {
    static const struct test_screen_run small = {.now = "1795600000"};
    static const struct test_screen_run large = {.now = "1795600000", .rows = 36, .columns = 120};

    for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
        draw(&pictures[i], &small, "");
        draw(&pictures[i], &large, "_large");
    }
}

TEST(they_do_in_chinese) {
    static const struct test_screen_run small = {.lang = "zh_CN.UTF-8", .now = "1795600000"};

    for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
        draw(&pictures[i], &small, "_zh");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_screens_of_operations_look_as_they_did),
        cmocka_unit_test(they_do_in_chinese),
    };

    return cmocka_run_group_tests(tests, scene, test_teardown);
}
