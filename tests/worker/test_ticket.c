/* Tickets on the command line: found by every key, listed page by page, exported. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

enum { SOME = 25 };

/* Tickets r1.. with the codes T1.., a minute apart, the newest now; r1 is gifted from oA to oB. */
static struct scene scene_with_tickets(const char *key) {
    struct scene s = scene_new(key, "merchant");
    char prefix[48];
    snprintf(prefix, sizeof prefix, "%s-", key);
    scene_fill_codes(&s, 1, SOME + 5, prefix);
    for (int i = 1; i <= SOME; i++) {
        char id[64], openid[64];
        snprintf(id, sizeof id, "%s-r%d", key, i);
        snprintf(openid, sizeof openid, "o-%s-%d", key, i % 5);
        scene_claim(SCENE_BACKEND, key, id, openid);
    }
    test_sql(
        NULL,
        "update kaquan.ticket set claimed_at = now() - (%d - ltrim(request_id, '%s-r')::integer) * interval '1 min'"
        " where template_id = %" PRId32,
        SOME, key, s.template_id);
    return s;
}

static int lines_of(const struct test_output *o) {
    int lines = 0;
    for (size_t i = 0; i < o->out.len; i++)
        lines += o->out.data[i] == '\n';
    return lines;
}

static int found(const char *filter) {
    AUTO_OUTPUT struct test_output o = rehearsal_reading(filter, "ticket list --plain --filter -");
    if (o.exit_code != 0)
        test_fail("%s: %s", filter, buf_str(&o.err));
    return lines_of(&o);
}

TEST(days_are_those_of_the_event) {
    struct scene s = scene_with_tickets("days");
    test_sql(NULL, "update kaquan.ticket set claimed_at = '2026-11-01 16:30Z' where template_id = %" PRId32,
             s.template_id);
    assert_int_equal(found("template:days claimed:2026-11-01"), 0);
    assert_int_equal(found("template:days claimed:2026-11-02"), SOME); /* half past midnight in Shanghai */
    assert_int_equal(found("template:days claimed:2026-11-02T00:30"), SOME);
    test_sql(NULL,
             "update kaquan.ticket set claimed_at = date_trunc('day', now(), 'Asia/Shanghai') - interval '1 min'"
             " where template_id = %" PRId32,
             s.template_id);
    assert_int_equal(found("template:days claimed:yesterday..today"), SOME);
    assert_int_equal(found("template:days claimed:2026-01-01T00:00..2026-01-02"), 0);
}

TEST(a_ticket_is_found_by_every_documented_key) {
    struct scene s = scene_with_tickets("keys");
    char filter[128];
    snprintf(filter, sizeof filter, "code:%s", scene_ticket(&s, "keys-r3", "t.code"));
    assert_int_equal(found(filter), 1);
    assert_int_equal(found("request:keys-r3"), 1);
    assert_int_equal(found("request:keys-r1*"), 11);
    assert_int_equal(found("openid:o-keys-2"), 3); /* before the worker looked: the last 15 minutes only */
    rehearsal_worker(0, "run ticket_person");
    assert_int_equal(found("openid:o-keys-2"), 5);
    assert_int_equal(found("person:o-keys-2 state:handed_out"), 5);
    assert_int_equal(found("person:o-keys-2 state:void"), 0);
    assert_int_equal(found("person:nobody"), 0);
    test_sql(NULL, "update kaquan.ticket set claimed_at = claimed_at where template_id = %" PRId32, s.template_id);
    assert_int_equal(found("template:keys claimed>=-10m"), 10);
    assert_int_equal(found("template:keys -request:keys-r1*"), SOME - 11);
}

/* All pages together are all tickets, each once, newest first. */
TEST(a_list_is_paged_without_a_gap_or_a_repeat) {
    scene_with_tickets("pages");
    char after[200] = "";
    int seen = 0, pages = 0;
    for (bool more = true; more; pages++) {
        AUTO_OUTPUT struct test_output o =
            after[0] ? test_worker("ticket", "list", "--json", "--limit", "10", "--filter", "template:pages",
                                   "--after", after)
                     : test_worker("ticket", "list", "--json", "--limit", "10", "--filter", "template:pages");
        assert_int_equal(o.exit_code, 0);
        cJSON *json = cJSON_Parse(buf_str(&o.out)), *row;
        cJSON_ArrayForEach(row, cJSON_GetObjectItem(json, "data")) {
            char expected[32];
            snprintf(expected, sizeof expected, "pages-r%d", SOME - seen++);
            assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(row, "request_id")), expected);
        }
        const char *next = cJSON_GetStringValue(cJSON_GetObjectItem(json, "next"));
        more = next != NULL && text_copy(after, sizeof after, next);
        cJSON_Delete(json);
    }
    assert_int_equal(seen, SOME);
    assert_int_equal(pages, 3);
    rehearsal_worker(64, "ticket list --after nowhere");
}

TEST(a_place_that_no_list_gave_is_refused) {
    static const char *const places[] = {"x", "x|y|z", "2026-11-01|y|z", "x|1|z"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        AUTO_OUTPUT struct test_output o = test_worker("ticket", "list", "--after", places[i]);
        assert_int_equal(o.exit_code, 64);
        assert_non_null(strstr(buf_str(&o.err), "a place that a list gave"));
    }
}

TEST(a_filter_that_is_wrong_is_refused_with_the_nearest_word) {
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "list", "--filter", "stat:void");
    assert_int_equal(o.exit_code, 64);
    assert_non_null(strstr(buf_str(&o.err), "did you mean state:?"));
}

TEST(show_and_timeline_follow_a_ticket_by_any_key) {
    struct scene s = scene_with_tickets("line");
    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind, detail) values ('line-r1', %" PRId32
             ", 'added', '{\"code\": \"line-1\", \"openid\": \"oA\"}')",
             s.template_id);
    test_sql(NULL, "insert into kaquan.ticket_past_code values ('OLD-1', %" PRId32 ", 'line-r1')", s.template_id);
    test_sql(NULL, "insert into kaquan.ticket_person values ('oA', 'line-r1', %" PRId32 ")", s.template_id);
    static const char *const keys[] = {"line-r1", "OLD-1", "--openid-file=-"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct test_run how = {.input = " oA\r\n\n"};
        AUTO_OUTPUT struct test_output show =
            test_worker_run(&how, (const char *const[]){"ticket", "show", keys[i], "--json", NULL});
        AUTO_OUTPUT struct test_output line =
            test_worker_run(&how, (const char *const[]){"ticket", "timeline", keys[i], "--plain", NULL});
        assert_int_equal(show.exit_code, 0);
        assert_non_null(strstr(buf_str(&show.out), "\"request_id\":\"line-r1\""));
        assert_non_null(strstr(buf_str(&show.out), "\"codes_before\":[\"OLD-1\"]"));
        assert_int_equal(lines_of(&line), 2);
        assert_non_null(strstr(buf_str(&line.out), "claimed"));
        assert_non_null(strstr(buf_str(&line.out), "added"));
    }
    rehearsal_worker(65, "ticket show nothing");
    rehearsal_worker(0, "run ticket_person");
    AUTO_OUTPUT struct test_output several = rehearsal_reading("o-line-2", "ticket show --openid-file -");
    assert_int_equal(several.exit_code, 65);
    assert_non_null(strstr(buf_str(&several.err), "the person has "));
}

/* Everybody on the host sees the words of a command. */
TEST(a_person_is_no_word_of_a_command) {
    static const struct {
        const char *input, *line, *words;
        int code;
    } rows[] = {
        {"", "ticket show", "One is expected", 64},
        {"oA", "ticket show argv-r1 --openid-file -", "One is expected", 64},
        {"oA\noB", "ticket timeline --openid-file -", "at most 1", 65},
        {"\n", "ticket look --openid-file -", "no openid in it", 65},
        {"", "ticket list --filter person:oA", "--filter -", 64},
        {"", "ticket export --filter -holder:oA", "--filter -", 64},
        {"", "ticket erase oA --confirm=erase", "too many", 64},
        {"", "ticket erase --confirm=erase", "needs --openid-file", 64},
    };
    scene_with_tickets("argv");
    rehearsal_worker(0, "run ticket_person");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_OUTPUT struct test_output o = rehearsal_reading(rows[i].input, rows[i].line);
        if (o.exit_code != rows[i].code || strstr(buf_str(&o.err), rows[i].words) == NULL)
            test_fail("%s: exit %d, %s", rows[i].line, o.exit_code, buf_str(&o.err));
    }
    rehearsal_worker(65, "ticket show o-argv-1");
    AUTO_OUTPUT struct test_output none = rehearsal_output("ticket timeline o-argv-1 --plain");
    assert_int_equal(lines_of(&none), 0);
}

TEST(an_export_has_all_that_match_and_no_formulas) {
    struct scene s = scene_with_tickets("csv");
    test_sql(NULL, "update kaquan.ticket set openid = '=cmd()', holder = 'a,\"b' where request_id = 'csv-r1'");
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "export", "--filter", "template:csv");
    assert_int_equal(o.exit_code, 0);
    assert_int_equal(lines_of(&o), SOME + 1);
    assert_non_null(strstr(buf_str(&o.out), ",'=cmd(),\"a,\"\"b\","));
    assert_int_equal(scene_tickets(&s), SOME);
}

TEST(an_export_into_a_file_overwrites_none) {
    char path[64];
    struct scene s = scene_with_tickets("file");
    snprintf(path, sizeof path, "/tmp/kaquan-export-%ld.csv", (long)getpid());
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "export", path, "--filter", "template:file");
    AUTO_OUTPUT struct test_output again = test_worker("ticket", "export", path, "--filter", "template:file");
    FILE *file = fopen(path, "r");
    int lines = 0;
    assert_int_equal(o.exit_code, 0);
    assert_int_equal(lines_of(&o), 0);
    assert_int_equal(again.exit_code, 74);
    assert_non_null(strstr(buf_str(&again.err), "not there yet"));
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    assert_int_equal(lines, scene_tickets(&s) + 1);
    fclose(file);
    unlink(path);
}

/* Who may not write it does not see it. */
TEST(a_look_at_a_ticket_is_in_the_audit_log_before_it_shows_anything) {
    scene_with_tickets("look");
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "look", "look-r1", "--reason", "called the hotline");
    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "o-look-1"));
    assert_string_equal(test_sql(NULL, "select object || ', ' || reason || ', ' || who from kaquan.audit_log"
                                       " where action = 'ticket_look'"),
                        "ticket look look-1, called the hotline, kaquan_worker");
    test_sql(NULL, "revoke execute on function kaquan.audit_write from kaquan_worker");
    AUTO_OUTPUT struct test_output refused = test_worker("ticket", "look", "look-r1");
    test_sql(NULL, "grant execute on function kaquan.audit_write to kaquan_worker");
    assert_int_not_equal(refused.exit_code, 0);
    assert_null(strstr(buf_str(&refused.out), "o-look-1"));
    assert_non_null(strstr(buf_str(&refused.err), "audit_write to kaquan_worker"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_those_of_the_event),
        cmocka_unit_test(a_ticket_is_found_by_every_documented_key),
        cmocka_unit_test(a_list_is_paged_without_a_gap_or_a_repeat),
        cmocka_unit_test(a_place_that_no_list_gave_is_refused),
        cmocka_unit_test(a_filter_that_is_wrong_is_refused_with_the_nearest_word),
        cmocka_unit_test(show_and_timeline_follow_a_ticket_by_any_key),
        cmocka_unit_test(a_person_is_no_word_of_a_command),
        cmocka_unit_test(an_export_has_all_that_match_and_no_formulas),
        cmocka_unit_test(an_export_into_a_file_overwrites_none),
        cmocka_unit_test(a_look_at_a_ticket_is_in_the_audit_log_before_it_shows_anything),
    };
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
