/* The commands about gates: logins, rules, the log, annulled entries, scans of gates that were cut off. */
#include "scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define GATE "kaquan_test_turnstile" /* with the time-outs of a real one */

#define worker(...) test_worker(__VA_ARGS__, "--no-input", "--reason", "test")
#define upload(text)                                                                                                 \
    test_worker_run(&(struct test_run){.input = (text)},                                                             \
                    (const char *const[]){"gate", "upload", "-", "--plain", NULL})

/* A template with tickets c1..c9, and a gate's login of this cluster. */
static struct scene gate_scene(const char *key) {
    struct scene s = scene_template(key, "merchant");

    test_sql(NULL, "do $$ begin if not exists (select from pg_roles where rolname = '" GATE "') then"
                   " create role " GATE " login; end if; end $$");
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select '%s-r' || i, %" PRId32 ", 'c' || i, 1, 0, now(), '', '' from generate_series(1, 9) i",
        key, s.template_id);
    return s;
}

/* As the superuser, whom the scene lets in like a gate. */
static void admit(const struct scene *s, const char *code, const char *scan) {
    test_sql(NULL,
             "insert into kaquan.gate_grant select session_user, %" PRId64 " on conflict do nothing;"
             "select kaquan.ticket_admit('%s', '%s', 'north', '%s')",
             s->account, s->key, code, scan);
}

static void expect(const struct test_output *o, int code, const char *words) {
    if (o->exit_code != code)
        test_fail("exit %d, not %d: %s", o->exit_code, code, buf_str(&o->err));
    if (strstr(buf_str(&o->out), words) == NULL && strstr(buf_str(&o->err), words) == NULL)
        test_fail("\"%s\" is not in: %s%s", words, buf_str(&o->out), buf_str(&o->err));
}

/* --- logins --- */

TEST(a_login_that_was_added_admits_and_one_that_was_removed_does_not) {
    struct scene s = gate_scene("logins");
    AUTO_OUTPUT struct test_output added =
        test_worker_run(&(struct test_run){.user = test_sql(NULL, "select session_user")},
                        (const char *const[]){"gate", "add", GATE, "--account", s.key, NULL});
    expect(&added, 0, "may admit tickets of logins"); /* a superuser's session makes the login, too */
    assert_string_equal(test_sql(GATE, "select admitted from kaquan.ticket_admit('logins', 'c1', 'north', 's1')"),
                        "t");
    AUTO_OUTPUT struct test_output shown = test_worker("gate", "list", "--plain");
    expect(&shown, 0, GATE "\tlogins\t");
    expect(&shown, 0, "\tyes\n");
    AUTO_OUTPUT struct test_output removed = worker("gate", "remove", GATE, "--account", "logins", "--yes");
    expect(&removed, 0, "may not admit tickets of logins any more");
    assert_string_equal(test_sql(GATE, "select reason from kaquan.ticket_admit('logins', 'c2', 'north', 's2')"),
                        "unknown_template");
    assert_string_equal(test_sql(NULL, "select string_agg(action, ' ' order by id) from kaquan.audit_log"
                                       " where object = 'gate " GATE "'"),
                        "gate_add gate_remove");
}

/* --- rules --- */

TEST(a_rule_is_changed_field_by_field_and_shown) {
    struct scene s = gate_scene("ruled");
    AUTO_OUTPUT struct test_output changed =
        worker("gate", "rule", s.key, "entries=6", "per_day=2", "hours=09:00-21:30", "exit_gates=out,back",
               "exits_count=on", "first_at=2026-12-01T08:00", "last_at=2026-12-31T16:00+02:00", "--plain");
    expect(&changed, 0, "entries\t6\t");
    AUTO_OUTPUT struct test_output shown = test_worker("gate", "rule", s.key, "--plain");
    expect(&shown, 0, "per_day\t2\t");
    expect(&shown, 0, "per_gate\tnone\t");
    expect(&shown, 0, "hours\t09:00-21:30\t");
    expect(&shown, 0, "exit_gates\tout,back\t");
    expect(&shown, 0, "exits_count\ton\t");
    expect(&shown, 0, "first_at\t2026-12-01T08:00\t"); /* where the event is, as it was typed */
    expect(&shown, 0, "last_at\t2026-12-31T22:00\t");
    AUTO_OUTPUT struct test_output none = worker("gate", "rule", s.key, "entries=none", "hours=none", "--json");
    expect(&none, 0, "{\"name\":\"entries\",\"value\":\"none\"");
    expect(&none, 0, "{\"name\":\"hours\",\"value\":\"none\"");
    assert_string_equal(test_sql(NULL, "select concat_ws(' ', action, object, before->>'entries', reason)"
                                       " from kaquan.audit_log order by id desc limit 1"),
                        "gate_rule template ruled 6 test");
}

TEST(a_wrong_rule_changes_nothing_and_says_how_it_is_written) {
    static const struct {
        const char *change, *says;
        int code;
    } wrong[] = {
        {"entires=3", "did you mean \"entries\"?", 64},
        {"entries", "NAME=VALUE expected", 64},
        {"entries=0", "for instance entries=3", 65},
        {"entries=many", "for instance entries=3", 65},
        {"hours=09:00", "for instance hours=09:00-21:30", 65},
        {"hours=9 to 5", "for instance hours=09:00-21:30", 65},
        {"first_at=2026-12-31T22:00+08:00", "for instance first_at=", 65},
        {"first_at=22:00", "for instance first_at=", 65},
        {"first_at=2026-12-01 22:00 Asia/Tokyo", "is no time", 65},
        {"exit_gates=,", "for instance exit_gates=", 65},
        {"exit_gates=out,,in", "for instance exit_gates=", 65},
        {"exits_count=perhaps", "for instance exits_count=on", 65},
    };
    struct scene s = gate_scene("wrong");

    test_sql(NULL, "update kaquan.gate_rule set last_at = '2026-12-01' where template_key = 'wrong'");
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AUTO_OUTPUT struct test_output o = worker("gate", "rule", s.key, "per_day=5", wrong[i].change);
        expect(&o, wrong[i].code, wrong[i].says);
    }
    assert_string_equal(test_sql(NULL, "select per_day is null from kaquan.gate_rule where template_key = 'wrong'"),
                        "t");
    AUTO_OUTPUT struct test_output unknown = test_worker("gate", "rule", "nowhere");
    expect(&unknown, 65, "there is no template");
}

/* --- the log --- */

TEST(the_log_shows_scans_by_template_and_code_newest_first) {
    struct scene s = gate_scene("logged"), other = gate_scene("logged2");

    admit(&s, "c1", "s1");
    admit(&s, "c1", "s2");
    admit(&s, "c\x1b[2J", "s3"); /* what a visitor shows is not for a terminal */
    admit(&other, "c1", "s4");
    AUTO_OUTPUT struct test_output all = test_worker("gate", "log", s.key, "--plain");
    expect(&all, 0, "unknown_code");
    assert_null(strchr(buf_str(&all.out), '\x1b'));
    assert_null(strstr(buf_str(&all.out), "logged2"));
    assert_true(strstr(buf_str(&all.out), "\ts2\t") < strstr(buf_str(&all.out), "\ts1\t"));
    AUTO_OUTPUT struct test_output one = test_worker("gate", "log", s.key, "c1", "--json", "-n", "1");
    expect(&one, 0, "\"verdict\":\"used_up\"");
    expect(&one, 0, "all entries are used");
    assert_null(strstr(buf_str(&one.out), "\"s1\""));
    AUTO_OUTPUT struct test_output unknown = test_worker("gate", "log", s.key, "c\x1b[2J", "--json");
    expect(&unknown, 0, "\"s3\"");
    test_sql(NULL, "update kaquan.ticket_scan set at = now() - interval '200 d' where scan_id = 's1'");
    AUTO_OUTPUT struct test_output old = test_worker("gate", "log", s.key, "--plain");
    expect(&old, 0, "\ts1\t");
}

TEST(an_annulled_scan_is_recorded_with_its_reason_and_annulled_once) {
    struct scene s = gate_scene("annulled");

    admit(&s, "c1", "s1");
    admit(&s, "c1", "s2");
    AUTO_OUTPUT struct test_output unsaid = test_worker("gate", "annul", s.key, "s1", "--yes");
    expect(&unsaid, 64, "needs --reason");
    AUTO_OUTPUT struct test_output unsure = worker("gate", "annul", s.key, "s1");
    expect(&unsure, 64, "add --yes");
    AUTO_OUTPUT struct test_output done = worker("gate", "annul", s.key, "s1", "--yes");
    expect(&done, 0, "counts no more");
    AUTO_OUTPUT struct test_output again = worker("gate", "annul", s.key, "s1", "--yes");
    expect(&again, 65, "no scan \"s1\" that counts");
    AUTO_OUTPUT struct test_output refused = worker("gate", "annul", s.key, "s2", "--yes");
    expect(&refused, 65, "no scan \"s2\" that counts");
    assert_string_equal(test_sql(NULL, "select concat_ws(' ', action, object, after->>'code', reason)"
                                       " from kaquan.audit_log order by id desc limit 1"),
                        "gate_annul scan s1 c1 test");
    assert_string_equal(test_sql(NULL, "select kind || ' ' || (detail->>'scan_id') from kaquan.ticket_event"
                                       " where request_id = 'annulled-r1'"),
                        "entry_annulled s1");
}

TEST(what_happened_at_the_gate_is_in_the_tickets_timeline) {
    struct scene s = gate_scene("timeline");

    admit(&s, "c1", "s1");
    admit(&s, "c1", "s2");
    AUTO_OUTPUT struct test_output o = test_worker("ticket", "timeline", "c1", "--plain");
    expect(&o, 0, "gate_admitted");
    expect(&o, 0, "gate_used_up");
}

/* --- scans of gates that were cut off --- */

/* A line, taken so many seconds ago, in a zone that is not the server's. */
static void add_line(struct buf *file, const struct scene *s, const char *code, const char *scan, int ago,
                     const char *rest) {
    time_t at = time(NULL) - ago + 8 * 3600;
    struct tm tm;
    char text[40];

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&at, &tm));
    buf_printf(
        file, "{\"at\":\"%s.5+08:00\",\"template\":\"%s\",\"code\":\"%s\",\"gate\":\"north\",\"scan_id\":\"%s\"%s}\n",
        text, s->key, code, scan, rest);
}

static const char *scan_of(const char *scan, const char *expression) {
    return test_sql(NULL, "select %s from kaquan.ticket_scan s where scan_id = '%s'", expression, scan);
}

TEST(uploaded_scans_are_judged_in_the_order_of_their_times) {
    AUTO_BUF struct buf file = {0};
    struct scene s = gate_scene("offline");

    add_line(&file, &s, "c1", "o3", 600, "");
    add_line(&file, &s, "c1", "o1", 1200, "");
    add_line(&file, &s, "c2", "o2", 900, ",\"admitted\":true");
    add_line(&file, &s, "c3", "o4", 300, ",\"admitted\":false");
    AUTO_OUTPUT struct test_output o = upload(buf_str(&file));
    expect(&o, 1, "1\tc1\tnorth\to3\tconflict\tused_up\n"); /* the later one, though it came first */
    expect(&o, 1, "3 of 4 scans agree");
    assert_string_equal(scan_of("o1", "verdict || ' ' || entries || ' ' || (conflict is null) || ' ' || uploaded"),
                        "admitted 1 true true");
    assert_string_equal(scan_of("o3", "verdict || ' ' || entries || ' ' || conflict"), "admitted 2 used_up");
    assert_string_equal(scan_of("o4", "verdict"), "gate_refused");
    assert_string_equal(scan_of("o1", "abs(extract(epoch from now() - at) - 1200) < 60"), "t");
    assert_string_equal(test_sql(NULL, "select after from kaquan.audit_log order by id desc limit 1"),
                        "{\"new\": 3, \"known\": 0, \"reused\": 0, \"bad_time\": 0, \"conflict\": 1,"
                        " \"unknown_template\": 0}");
}

TEST(an_upload_that_is_repeated_changes_nothing) {
    AUTO_BUF struct buf file = {0};
    struct scene s = gate_scene("twice");

    for (int i = 1; i <= 1200; i++) { /* of several transactions */
        char code[16], scan[16];

        snprintf(code, sizeof code, "x%d", i);
        snprintf(scan, sizeof scan, "t%d", i);
        add_line(&file, &s, code, scan, 2000 - i, ",\"admitted\":false");
    }
    for (int i = 0; i < 2; i++) {
        AUTO_OUTPUT struct test_output o = upload(buf_str(&file));
        expect(&o, 0, "1200 of 1200 scans agree");
        assert_int_equal(
            test_number(NULL, "select count(*) from kaquan.ticket_scan where template_id = %" PRId32, s.template_id),
            1200);
    }
}

struct crossing {
    struct scene scene;
    int holder; /* the backend that holds the third ticket back until both uploads wait: for it, or one for the other
                 */
};

static bool upload_crosswise(int number, void *context) {
    static const char *const codes[][3] = {{"c1", "c3", "c2"}, {"c2", "c3", "c1"}};
    const struct crossing *c = context;
    AUTO_BUF struct buf file = {0};

    if (number == 2) {
        scene_wait_for_locks(2);
        test_sql(NULL, "select pg_terminate_backend(%d)", c->holder);
        return true;
    }
    for (int i = 0; i < 3; i++) {
        char scan[16];

        snprintf(scan, sizeof scan, "w%d%d", number, i);
        add_line(&file, &c->scene, codes[number][i], scan, 600 - 60 * i, ",\"admitted\":false");
    }
    AUTO_OUTPUT struct test_output o = upload(buf_str(&file));
    expect(&o, 0, "3 of 3 scans agree");
    return true;
}

TEST(two_uploads_about_the_same_tickets_do_not_block_each_other) {
    struct crossing c = {gate_scene("crossed"), test_sql_pid("#holder")};
    int32_t id = c.scene.template_id;

    test_sql("#holder", "select pg_advisory_lock(hashtextextended('crossed-r3', %" PRId32 "))", id);
    test_clients(3, upload_crosswise, &c);
    test_sql_close("#holder");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_scan where template_id = %" PRId32, id),
                     6);
}

TEST(what_an_upload_cannot_keep_is_told) {
    AUTO_BUF struct buf file = {0};
    struct scene s = gate_scene("untold"), gone = {.key = "gone"};

    admit(&s, "c1", "online");
    add_line(&file, &s, "c1", "online", 60, ""); /* the gate heard nothing, the answer was kept */
    add_line(&file, &s, "c2", "online", 60, "");
    add_line(&file, &gone, "c1", "g1", 60, "");
    add_line(&file, &s, "c1", "g2", -3600, "");
    add_line(&file, &s, "c1", "g3", 8 * 86400, "");
    AUTO_OUTPUT struct test_output o = upload(buf_str(&file));
    expect(&o, 1, "2\tc2\tnorth\tonline\treused\t\n");
    expect(&o, 1, "3\tc1\tnorth\tg1\tunknown_template\t\n");
    expect(&o, 1, "4\tc1\tnorth\tg2\tbad_time\t\n");
    expect(&o, 1, "5\tc1\tnorth\tg3\tbad_time\t\n");
    expect(&o, 1, "1 of 5 scans agree");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket_scan where template_id = %" PRId32, s.template_id), 1);
}

TEST(a_bad_line_is_named_and_nothing_is_kept) {
    static const struct {
        const char *line, *says;
    } bad[] = {
        {"nonsense", "line 2"},
        {"{\"at\":\"yesterday\"}", "line 2: at: a time as"},
        {"{\"at\":\"2026-12-01T10:00:00\"}", "line 2: at: a time as"}, /* whose 10 o'clock? */
        {"{\"at\":\"2026-12-01T10:00:00+08:00\",\"template\":\"bad\"}", "line 2: code"},
        {"{\"at\":\"2026-12-01T10:00:00Z\",\"template\":\"bad\",\"code\":\"\"}", "line 2: code"},
        {"{\"at\":\"2026-12-01T10:00:00Z\",\"template\":\"bad\",\"code\":\"1\",\"gate\":\"n\",\"scan_id\":\"s\","
         "\"admitted\":1}",
         "line 2: admitted"},
    };
    struct scene s = gate_scene("bad");

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_BUF struct buf file = {0};

        add_line(&file, &s, "c1", "b1", 60, "");
        buf_text(&file, bad[i].line);
        AUTO_OUTPUT struct test_output o = upload(buf_str(&file));
        expect(&o, 65, bad[i].says);
    }
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket_scan where template_id = %" PRId32, s.template_id), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_that_was_added_admits_and_one_that_was_removed_does_not),
        cmocka_unit_test(a_rule_is_changed_field_by_field_and_shown),
        cmocka_unit_test(a_wrong_rule_changes_nothing_and_says_how_it_is_written),
        cmocka_unit_test(the_log_shows_scans_by_template_and_code_newest_first),
        cmocka_unit_test(an_annulled_scan_is_recorded_with_its_reason_and_annulled_once),
        cmocka_unit_test(what_happened_at_the_gate_is_in_the_tickets_timeline),
        cmocka_unit_test(uploaded_scans_are_judged_in_the_order_of_their_times),
        cmocka_unit_test(an_upload_that_is_repeated_changes_nothing),
        cmocka_unit_test(two_uploads_about_the_same_tickets_do_not_block_each_other),
        cmocka_unit_test(what_an_upload_cannot_keep_is_told),
        cmocka_unit_test(a_bad_line_is_named_and_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
