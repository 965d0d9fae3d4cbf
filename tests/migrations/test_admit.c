/* ticket_admit() and scan_upload(): every answer at the gate, and many gates at once. */
#include "scene.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define GATE "kaquan_test_gate"
#define WORKER "kaquan_worker"

enum { GATES = 24 };
static const double WAIT_SECONDS = 20;

/* A template whose gate may admit, with tickets c1..c9 of the requests r1..r9. */
static struct scene gate_scene(const char *key) {
    struct scene s = scene_template(key, "merchant");

    test_sql(NULL, "do $$ begin if not exists (select from pg_roles where rolname = '" GATE "') then"
                   " create role " GATE " login; end if; end $$; grant kaquan_gate to " GATE);
    test_sql(NULL, "insert into kaquan.gate_grant values ('" GATE "', %" PRId64 ")", s.account);
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select '%s-r' || i, %" PRId32 ", 'c' || i, 1, 0, now(), '', '' from generate_series(1, 9) i",
        key, s.template_id);
    return s;
}

static void rule(const struct scene *s, const char *set) {
    test_sql(NULL, "update kaquan.gate_rule set %s where template_id = %" PRId32, set, s->template_id);
}

/* "t/(null)/1": admitted, reason, entries. */
static const char *admit(const struct scene *s, const char *code, const char *gate, const char *scan) {
    return test_sql(GATE,
                    "select concat_ws('/', case when admitted then 'in' else 'no' end, reason, entries)"
                    " from kaquan.ticket_admit('%s', '%s', '%s', '%s')",
                    s->key, code, gate, scan);
}

static int64_t scans(const struct scene *s, const char *where) {
    return test_number(NULL, "select count(*) from kaquan.ticket_scan where template_id = %" PRId32 " and %s",
                       s->template_id, where);
}

/* --- one gate --- */

TEST(a_ticket_is_let_in_once_unless_the_rule_says_more) {
    struct scene s = gate_scene("once");

    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "no/used_up/1");
    assert_string_equal(admit(&s, "c2", "north", "s3"), "in/1");
    rule(&s, "entries = 2");
    assert_string_equal(admit(&s, "c1", "south", "s4"), "in/2");
    assert_string_equal(admit(&s, "c1", "south", "s5"), "no/used_up/2");
    rule(&s, "entries = null");
    assert_string_equal(admit(&s, "c1", "south", "s6"), "in/3");
}

TEST(every_scan_is_kept_with_its_answer_refused_ones_too) {
    struct scene s = gate_scene("kept");

    admit(&s, "c1", "north", "s1");
    admit(&s, "c1", "north", "s2");
    admit(&s, "nonsense", "north", "s3");
    assert_int_equal(scans(&s, "scan_id = 's1' and verdict = 'admitted' and request_id = 'kept-r1' and entries = 1"),
                     1);
    assert_int_equal(scans(&s, "scan_id = 's2' and verdict = 'used_up' and gate = 'north'"), 1);
    assert_int_equal(scans(&s, "scan_id = 's3' and verdict = 'unknown_code' and request_id is null"), 1);
}

/* What a rule or a ticket's state refuses: for each case a template of its own, so that nothing else counts. */
static const struct refusal {
    const char *key, *rule, *ticket, *reason;
} refusals[] = {
    {"void", "entries = 1", "state = 'void'", "no/void/0"},
    {"consumed", "entries = 1", "state = 'consumed'", "no/consumed/0"},
    {"deleted", "entries = 1", "state = 'deleted'", "no/deleted/0"},
    {"expired", "entries = 1", "state = 'expired'", "no/expired/0"},
    {"claiming", "entries = 1", "state = 'claiming'", "no/not_ready/0"},
    {"added", "entries = 1", "state = 'added'", "in/1"},
    {"gifted", "entries = 1", "state = 'gifted'", "in/1"},
    {"early", "first_at = now() + interval '1 h'", "state = 'added'", "no/early/0"},
    {"over", "last_at = now() - interval '1 h'", "state = 'added'", "no/over/0"},
    {"window", "first_at = now() - interval '1 h', last_at = now() + interval '1 h'", "state = 'added'", "in/1"},
    /* The hours are those of the event's zone, wherever the server stands. */
    {"open",
     "opens = (now() at time zone zone - interval '10 min')::time,"
     " closes = (now() at time zone zone + interval '10 min')::time",
     "state = 'added'", "in/1"},
    {"closed",
     "opens = (now() at time zone zone + interval '10 min')::time,"
     " closes = (now() at time zone zone - interval '10 min')::time",
     "state = 'added'", "no/closed/0"},
};

TEST(a_ticket_is_refused_for_its_state_and_outside_of_the_rules_times) {
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct scene s = gate_scene(refusals[i].key);

        rule(&s, refusals[i].rule);
        test_sql(NULL, "update kaquan.ticket set %s where template_id = %" PRId32, refusals[i].ticket, s.template_id);
        assert_string_equal(admit(&s, "c1", "north", "s1"), refusals[i].reason);
    }
}

/* Takes the ticket's scans so many hours back. */
static void back(const struct scene *s, const char *interval) {
    test_sql(NULL, "update kaquan.ticket_scan set at = at - interval '%s' where template_id = %" PRId32, interval,
             s->template_id);
}

TEST(entries_are_counted_by_the_day_of_the_event) {
    struct scene s = gate_scene("daily");

    rule(&s, "entries = null, per_day = 1");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "no/used_up_today/1");
    back(&s, "1 day");
    assert_string_equal(admit(&s, "c1", "north", "s3"), "in/2");
    assert_string_equal(admit(&s, "c1", "north", "s4"), "no/used_up_today/2");
}

TEST(the_day_begins_at_midnight_of_the_events_zone) {
    struct scene s = gate_scene("zone");

    rule(&s, "entries = null, per_day = 1");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    test_sql(NULL, "update kaquan.ticket_scan set at = date_trunc('day', now(), 'Asia/Shanghai') - interval '1 s'");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "in/2");
    test_sql(NULL, "update kaquan.ticket_scan set at = date_trunc('day', now(), 'Asia/Shanghai')");
    assert_string_equal(admit(&s, "c1", "north", "s3"), "no/used_up_today/2");
    test_sql(NULL, "update kaquan.site set event_zone = 'Etc/GMT+12'");
    assert_string_equal(test_sql(NULL, "select distinct zone from kaquan.gate_rule"), "Etc/GMT+12");
    test_sql(NULL, "update kaquan.site set event_zone = 'Asia/Shanghai'");
    test_sql_refused(NULL, "22023", "update kaquan.site set event_zone = 'Mars/Olympus'");
}

TEST(entries_are_counted_by_gate) {
    struct scene s = gate_scene("bygate");

    rule(&s, "entries = null, per_gate = 1");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "no/used_up_here/1");
    assert_string_equal(admit(&s, "c1", "south", "s3"), "in/2");
}

TEST(where_exits_count_a_visitor_comes_in_again_only_after_going_out) {
    struct scene s = gate_scene("exits");

    rule(&s, "entries = null, exits_count = true, exit_gates = '{out}'");
    assert_string_equal(admit(&s, "c1", "in", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "in", "s2"), "no/inside/1");
    assert_string_equal(admit(&s, "c1", "out", "s3"), "in/1"); /* let out: no entry */
    assert_string_equal(admit(&s, "c1", "out", "s4"), "in/1");
    assert_string_equal(admit(&s, "c1", "in", "s5"), "in/2");
    rule(&s, "exits_count = false");
    assert_string_equal(admit(&s, "c1", "in", "s6"), "in/3");
}

TEST(a_void_ticket_is_let_out) {
    struct scene s = gate_scene("voidout");

    rule(&s, "exit_gates = '{out}'");
    admit(&s, "c1", "in", "s1");
    test_sql(NULL, "update kaquan.ticket set state = 'void' where template_id = %" PRId32, s.template_id);
    assert_string_equal(admit(&s, "c1", "out", "s2"), "in/1");
}

/* A gift gives the ticket another code: its entries stay. */
TEST(entries_belong_to_the_ticket_whatever_its_code) {
    struct scene s = gate_scene("gift");

    admit(&s, "c1", "north", "s1");
    test_sql(NULL, "update kaquan.ticket set code = 'fresh' where code = 'c1' and template_id = %" PRId32,
             s.template_id);
    assert_string_equal(admit(&s, "fresh", "north", "s2"), "no/used_up/1");
    assert_string_equal(admit(&s, "c1", "north", "s3"), "no/unknown_code/0");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1"); /* a repeated scan: what it was told */
}

TEST(an_annulled_entry_counts_no_more_and_its_scan_is_still_answered_the_same) {
    struct scene s = gate_scene("annul");

    admit(&s, "c1", "north", "s1");
    test_sql(WORKER, "update kaquan.ticket_scan set annulled = true where scan_id = 's1' and template_id = %" PRId32,
             s.template_id);
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s3"), "no/used_up/1");
}

/* --- the same scan again --- */

TEST(the_same_scan_is_answered_the_same_whatever_happened_since) {
    struct scene s = gate_scene("again");

    admit(&s, "c1", "north", "s1");
    admit(&s, "c1", "north", "s2");
    admit(&s, "nonsense", "north", "s3");
    test_sql(NULL, "update kaquan.ticket set state = 'void' where template_id = %" PRId32, s.template_id);
    rule(&s, "entries = 5");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&s, "c1", "north", "s2"), "no/used_up/1");
    assert_string_equal(admit(&s, "nonsense", "north", "s3"), "no/unknown_code/0");
    assert_int_equal(scans(&s, "true"), 3);
}

TEST(a_faulty_gate_hears_a_stable_sqlstate) {
    static const struct {
        const char *state, *arguments;
    } faults[] = {
        {"KQ400", "'faulty', 'c1', 'north', null"},
        {"KQ400", "'faulty', 'c1', '', 's1'"},
        {"KQ400", "null, 'c1', 'north', 's1'"},
        {"KQ401", "'faulty', repeat('c', 257), 'north', 's1'"},
        {"KQ401", "'faulty', 'c1', repeat('g', 41), 's1'"},
        {"KQ401", "'faulty', 'c1', 'north', repeat('s', 65)"},
        {"KQ404", "'faulty', 'c2', 'north', 'used'"},
        {"KQ404", "'faulty', 'c1', 'south', 'used'"},
    };
    struct scene s = gate_scene("faulty");

    admit(&s, "c1", "north", "used");
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        test_sql_refused(GATE, faults[i].state, "select kaquan.ticket_admit(%s)", faults[i].arguments);
    test_sql(GATE, "begin isolation level serializable");
    test_sql_refused(GATE, "KQ402", "select kaquan.ticket_admit('faulty', 'c1', 'north', 's9')");
    test_sql(GATE, "rollback");
}

/* --- rights --- */

TEST(a_gate_may_execute_ticket_admit_and_nothing_else) {
    gate_scene("rights");
    assert_string_equal(
        test_sql(NULL, "select string_agg(proname, ',') from pg_proc where pronamespace = 'kaquan'::regnamespace"
                       " and has_function_privilege('" GATE "', oid, 'execute')"),
        "ticket_admit");
    assert_int_equal(test_number(NULL, "select count(*) from pg_class where relnamespace = 'kaquan'::regnamespace"
                                       " and relkind in ('r', 'v') and has_any_column_privilege('" GATE "', oid,"
                                       " 'select, insert, update, references')"),
                     0);
    test_sql_refused(GATE, "42501", "select kaquan.card_claim('rights', 'r1')");
    test_sql_refused(GATE, "42501", "select kaquan.scan_upload('rights', 'c1', 'north', 's1', now(), true)");
}

TEST(a_gate_admits_only_for_its_accounts) {
    struct scene mine = gate_scene("mine"), other = scene_template("notmine", "merchant");
    struct scene later = scene_sibling(&mine, "later", "merchant");

    assert_string_equal(admit(&mine, "c1", "north", "s1"), "in/1");
    assert_string_equal(admit(&later, "c1", "north", "s1"), "no/unknown_code/0"); /* made after the grant */
    assert_string_equal(admit(&other, "c1", "north", "s1"), "no/unknown_template/0");
    assert_int_equal(scans(&other, "true"), 0);
    test_sql(NULL, "delete from kaquan.gate_grant where account_id = %" PRId64, mine.account);
    assert_string_equal(admit(&mine, "c2", "north", "s2"), "no/unknown_template/0");
}

TEST(every_verdict_has_its_help) {
    assert_int_equal(test_number(NULL, "select count(*) from unnest(enum_range(null::kaquan.gate_verdict)) v"
                                       " where not exists (select from kaquan.gate_reason r where r.reason = v"
                                       " and r.help <> '')"),
                     0);
}

/* --- scans that a gate took while it was cut off --- */

static const char *upload(const struct scene *s, const char *code, const char *scan, const char *ago, bool told) {
    return test_sql(WORKER,
                    "select concat_ws('/', outcome, reason) from kaquan.scan_upload('%s', '%s', 'north', '%s',"
                    " now() - interval '%s', %s)",
                    s->key, code, scan, ago, told ? "true" : "false");
}

TEST(an_uploaded_scan_is_kept_with_its_own_time_and_what_the_rule_says_against_it) {
    struct scene s = gate_scene("upload");

    assert_string_equal(upload(&s, "c1", "u1", "2 h", true), "new");
    assert_string_equal(upload(&s, "c1", "u2", "1 h", true), "conflict/used_up");
    assert_string_equal(upload(&s, "c1", "u3", "1 h", false), "new");
    assert_string_equal(upload(&s, "bad", "u4", "1 h", true), "conflict/unknown_code");
    assert_string_equal(upload(&s, "c1", "u1", "2 h", true), "known");
    assert_int_equal(scans(&s, "verdict = 'admitted'"), 3); /* it happened, whatever the rule says */
    assert_int_equal(scans(&s, "scan_id = 'u3' and verdict = 'used_up'"), 1);
    assert_int_equal(scans(&s, "uploaded and at < now() - interval '59 min'"), 4);
    assert_string_equal(admit(&s, "c1", "north", "s1"), "no/used_up/2");
}

TEST(an_uploaded_scan_is_judged_by_its_own_time) {
    struct scene s = gate_scene("owntime");

    rule(&s, "entries = null, per_day = 1, last_at = now() - interval '30 min'");
    assert_string_equal(upload(&s, "c1", "u1", "1 day 1 h", true), "new"); /* in time, and of another day */
    assert_string_equal(upload(&s, "c1", "u2", "2 days 1 h", true), "new");
    assert_string_equal(upload(&s, "c2", "u3", "10 min", true), "conflict/over");
}

/* What a cut-off gate did before the ticket expired was right. */
TEST(an_uploaded_scan_of_a_ticket_that_expired_since_is_judged_by_its_own_time) {
    struct scene s = gate_scene("since");

    rule(&s, "entries = null");
    test_sql(NULL,
             "update kaquan.ticket set state = 'expired' where template_id = %" PRId32
             "; insert into kaquan.ticket_event (request_id, template_id, kind, at) values ('since-r1', %" PRId32
             ", 'expired', now() - interval '1 h')",
             s.template_id, s.template_id);
    assert_string_equal(upload(&s, "c1", "u1", "2 h", true), "new");
    assert_string_equal(upload(&s, "c1", "u2", "10 min", true), "conflict/expired");
    assert_string_equal(admit(&s, "c1", "north", "s1"), "no/expired/2");
}

TEST(a_gate_that_refused_by_itself_is_recorded_as_such) {
    struct scene s = gate_scene("refused");

    assert_string_equal(upload(&s, "c1", "u1", "1 h", false), "new");
    assert_int_equal(scans(&s, "verdict = 'gate_refused' and conflict is null"), 1);
    assert_string_equal(admit(&s, "c1", "north", "s1"), "in/1");
}

/* --- many gates --- */

struct crowd {
    struct scene scene;
    atomic_int stage;
    char answers[GATES][48];
};

static void at_gate(struct crowd *c, int number, const char *scan) {
    text_copy(c->answers[number], sizeof c->answers[number], admit(&c->scene, "c1", "north", scan));
}

static bool scan_the_same_code(int number, void *context) {
    char scan[16];

    snprintf(scan, sizeof scan, "s%d", number);
    at_gate(context, number, scan);
    return true;
}

static int count(const struct crowd *c, const char *answer) {
    int n = 0;

    for (int i = 0; i < GATES; i++)
        n += strcmp(c->answers[i], answer) == 0;
    return n;
}

static struct crowd *crowd_new(const char *key) {
    struct crowd *c = test_shared(sizeof *c);

    c->scene = gate_scene(key);
    return c;
}

/* Red without the lock on the ticket. */
TEST(of_24_gates_with_one_code_as_many_admit_as_the_rule_says) {
    struct crowd *c = crowd_new("crowd");

    rule(&c->scene, "entries = 3");
    test_clients(GATES, scan_the_same_code, c);
    for (int i = 1; i <= 3; i++) {
        char answer[16];

        snprintf(answer, sizeof answer, "in/%d", i);
        assert_int_equal(count(c, answer), 1);
    }
    assert_int_equal(count(c, "no/used_up/3"), GATES - 3);
}

static bool stage_reached(void *stage) {
    return atomic_load((atomic_int *)stage) > 0;
}

/* The first has its answer already when the others come, and takes it back when all of them wait. */
static bool scan_the_same_scan(int number, void *context) {
    struct crowd *c = context;

    if (number > 0) {
        test_wait_until(stage_reached, &c->stage, WAIT_SECONDS);
        at_gate(c, number, "same");
        return true;
    }
    test_sql(GATE, "begin");
    at_gate(c, 0, "same");
    atomic_store(&c->stage, 1);
    scene_wait_for_locks(GATES - 1);
    test_sql(GATE, "rollback");
    return true;
}

TEST(one_scan_from_24_sessions_gets_equal_answers_when_the_first_rolls_back) {
    struct crowd *c = crowd_new("samescan");

    test_clients(GATES, scan_the_same_scan, c);
    assert_int_equal(count(c, "in/1"), GATES);
    assert_int_equal(scans(&c->scene, "true"), 1);
}

static bool scan_an_unknown_code(int number, void *context) {
    struct crowd *c = context;

    text_copy(c->answers[number], sizeof c->answers[number], admit(&c->scene, "none", "north", "same"));
    return true;
}

TEST(one_scan_of_an_unknown_code_from_24_sessions_is_kept_once) {
    struct crowd *c = crowd_new("sameunknown");

    test_clients(GATES, scan_an_unknown_code, c);
    assert_int_equal(count(c, "no/unknown_code/0"), GATES);
    assert_int_equal(scans(&c->scene, "true"), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_let_in_once_unless_the_rule_says_more),
        cmocka_unit_test(every_scan_is_kept_with_its_answer_refused_ones_too),
        cmocka_unit_test(a_ticket_is_refused_for_its_state_and_outside_of_the_rules_times),
        cmocka_unit_test(entries_are_counted_by_the_day_of_the_event),
        cmocka_unit_test(the_day_begins_at_midnight_of_the_events_zone),
        cmocka_unit_test(entries_are_counted_by_gate),
        cmocka_unit_test(where_exits_count_a_visitor_comes_in_again_only_after_going_out),
        cmocka_unit_test(a_void_ticket_is_let_out),
        cmocka_unit_test(entries_belong_to_the_ticket_whatever_its_code),
        cmocka_unit_test(an_annulled_entry_counts_no_more_and_its_scan_is_still_answered_the_same),
        cmocka_unit_test(the_same_scan_is_answered_the_same_whatever_happened_since),
        cmocka_unit_test(a_faulty_gate_hears_a_stable_sqlstate),
        cmocka_unit_test(a_gate_may_execute_ticket_admit_and_nothing_else),
        cmocka_unit_test(a_gate_admits_only_for_its_accounts),
        cmocka_unit_test(every_verdict_has_its_help),
        cmocka_unit_test(an_uploaded_scan_is_kept_with_its_own_time_and_what_the_rule_says_against_it),
        cmocka_unit_test(an_uploaded_scan_is_judged_by_its_own_time),
        cmocka_unit_test(an_uploaded_scan_of_a_ticket_that_expired_since_is_judged_by_its_own_time),
        cmocka_unit_test(a_gate_that_refused_by_itself_is_recorded_as_such),
        cmocka_unit_test(of_24_gates_with_one_code_as_many_admit_as_the_rule_says),
        cmocka_unit_test(one_scan_from_24_sessions_gets_equal_answers_when_the_first_rolls_back),
        cmocka_unit_test(one_scan_of_an_unknown_code_from_24_sessions_is_kept_once),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
