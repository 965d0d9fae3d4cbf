/* Statistics by the minute, WeChat's own figures, and what prune forgets and keeps. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORKER "kaquan_worker"

/* A template with a ticket that was claimed and added so many minutes ago, and let in a minute later. */
static struct scene busy_scene(const char *key, int minutes) {
    struct scene s = scene_template(key, "merchant");

    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature,"
        " claimed_at) values ('%s', %" PRId32 ", 'c1', 1, 0, now(), '', '', now() - interval '%d min');"
        "insert into kaquan.ticket_event (request_id, template_id, kind, at) values"
        " ('%s', %" PRId32 ", 'added', now() - interval '%d min'), ('%s', %" PRId32 ", 'renewed', now());"
        "select kaquan.scan_upload('%s', 'c1', 'north', 's1', now() - interval '%d min', true);"
        "select kaquan.scan_upload('%s', 'c1', 'north', 's2', now() - interval '%d min', false)",
        key, s.template_id, minutes, key, s.template_id, minutes, key, s.template_id, key, minutes - 1, key,
        minutes - 1);
    return s;
}

static const char *sums(const struct scene *s) {
    return test_sql(NULL,
                    "select concat_ws('/', sum(claims), sum(adds), sum(entries)) from kaquan.stat_minute"
                    " where template_id = %" PRId32,
                    s->template_id);
}

static void run_job(const char *kind) {
    AUTO_OUTPUT struct test_output o = test_worker("run", kind);
    test_sql(NULL, "update kaquan.schedule set next_at = now() where kind = '%s'", kind);
    AUTO_OUTPUT struct test_output due = test_worker("run", kind);
    if (o.exit_code != 0 || due.exit_code != 0)
        test_fail("%s: %s%s", kind, buf_str(&o.err), buf_str(&due.err));
}

static struct test_output run(const char *const *words) {
    return test_worker_run(&(struct test_run){0}, words);
}
#define worker(...) run((const char *const[]){__VA_ARGS__, NULL})

static void expect(const struct test_output *o, int code, const char *words) {
    if (o->exit_code != code || strstr(buf_str(&o->out), words) == NULL)
        test_fail("exit %d; \"%s\" is not in: %s%s", o->exit_code, words, buf_str(&o->out), buf_str(&o->err));
}

/* --- by the minute --- */

/* More tickets than a range of blocks holds. */
static void many_tickets(const struct scene *s) {
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select 'many' || n, %" PRId32 ", 'many' || n, 1, 0, now(), decode(repeat('aa', 500), 'hex'), ''"
        " from generate_series(1, 2000) n",
        s->template_id);
}

/* Of the tickets, that nobody looking for a time would have to read whole. */
static int64_t ranges_open(void) {
    return test_number(NULL, "select brin_summarize_new_values('kaquan.ticket_claimed')");
}

TEST(the_latest_tickets_are_found_by_time_without_waiting_for_a_vacuum) {
    struct scene s = scene_template("many", "merchant");

    test_sql(NULL, "alter table kaquan.ticket set (autovacuum_enabled = off)");
    many_tickets(&s);
    assert_true(ranges_open() > 0);
    test_sql(NULL, "delete from kaquan.ticket where request_id like 'many%%'");
    many_tickets(&s);
    run_job("stat_minute");
    assert_int_equal(ranges_open(), 0);
}

TEST(statistics_do_not_wait_for_a_vacuum) {
    struct scene s = scene_template("vacuumed", "merchant");

    many_tickets(&s);
    test_sql("postgres#2", "begin; lock table kaquan.ticket in share update exclusive mode");
    run_job("stat_minute");
    test_sql("postgres#2", "rollback");
    assert_string_equal(sums(&s), "2000/0/0");
}

TEST(claims_adds_and_entries_are_summed_by_the_tickets_own_times) {
    struct scene now = busy_scene("now", 3), late = busy_scene("late", 600);

    run_job("stat_minute");
    assert_string_equal(sums(&now), "1/1/1");
    assert_string_equal(sums(&late), ""); /* not of the last minutes */
    run_job("stat_late");
    assert_string_equal(sums(&late), "1/1/1");
    run_job("stat_late");
    assert_string_equal(sums(&now), "1/1/1"); /* counted, not added */
}

/* Two who sum at once would block each other otherwise. */
TEST(minutes_are_written_in_one_order_and_those_that_are_right_are_not_locked) {
    struct scene s = scene_template("ordered", "merchant");

    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind, at)"
             " select 'o' || i, %" PRId32 ", 'added', now() - i * 37 %% 2000 * interval '1 min'"
             " from generate_series(1, 2000) i",
             s.template_id);
    run_job("stat_late");
    assert_int_equal(test_number(NULL,
                                 "select count(*) from (select minute < lag(minute) over (order by ctid) as back"
                                 " from kaquan.stat_minute where template_id = %" PRId32 ") m where back",
                                 s.template_id),
                     0);
    run_job("stat_late");
    assert_string_equal(test_sql(NULL,
                                 "select count(*) > 1500 and bool_and(xmax = '0') from kaquan.stat_minute"
                                 " where template_id = %" PRId32,
                                 s.template_id),
                        "t");
}

TEST(an_annulled_entry_leaves_the_figures_and_an_upload_comes_into_them) {
    struct scene s = busy_scene("annulled", 90);

    run_job("stat_late");
    AUTO_OUTPUT struct test_output annulled =
        worker("gate", "annul", "annulled", "s1", "--yes", "--reason", "test", "--no-input");
    assert_int_equal(annulled.exit_code, 0);
    assert_string_equal(sums(&s), "1/1/0");
    char line[256];
    snprintf(line, sizeof line,
             "{\"at\":\"%s\",\"template\":\"annulled\",\"code\":\"c1\",\"gate\":\"n\",\"scan_id\":\"u1\"}",
             test_sql(NULL, "select to_char(now() - interval '5 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
    AUTO_OUTPUT struct test_output uploaded =
        test_worker_run(&(struct test_run){.input = line}, (const char *const[]){"gate", "upload", "-", NULL});
    assert_int_equal(uploaded.exit_code, 0);
    assert_string_equal(sums(&s), "1/1/1");
}

TEST(figures_are_shown_by_the_unit_that_is_asked_for) {
    struct scene s = scene_template("shown", "merchant");

    test_sql(NULL,
             "insert into kaquan.stat_minute (template_id, minute, claims, adds, entries) values"
             " (%" PRId32 ", '2026-11-01 15:59Z', 1, 2, 3), (%" PRId32 ", '2026-11-01 15:58Z', 1, 0, 0),"
             " (%" PRId32 ", '2026-11-01 16:00Z', 5, 0, 0)",
             s.template_id, s.template_id, s.template_id);
    AUTO_OUTPUT struct test_output hours = worker("stat", "show", "shown", "--plain");
    expect(&hours, 0,
           "2026-11-02 00:00:00\t5\t0\t0\t0\n2026-11-01 23:00:00\t2\t2\t3\t0\n"); /* midnight in Shanghai */
    AUTO_OUTPUT struct test_output minutes = worker("stat", "show", "shown", "minute", "-n", "2", "--plain");
    expect(&minutes, 0, "2026-11-02 00:00:00\t5\t0\t0\t0\n2026-11-01 23:59:00\t1\t2\t3\t0\n");
    AUTO_OUTPUT struct test_output days = worker("stat", "show", "shown", "day", "--json");
    expect(&days, 0, "\"claims\":5,\"adds\":0,\"entries\":0");
    AUTO_OUTPUT struct test_output wrong = worker("stat", "show", "shown", "week");
    expect(&wrong, 64, "");
    assert_non_null(strstr(buf_str(&wrong.err), "hour, minute or day"));
}

TEST(figures_of_some_days_are_those_of_whole_days_or_up_to_a_moment) {
    struct scene s = scene_template("ranged", "merchant");

    test_sql(NULL,
             "insert into kaquan.stat_minute (template_id, minute, claims) select %" PRId32
             ", timestamptz '2026-10-01 00:30+08' + n * interval '1 day', n from generate_series(1, 60) n",
             s.template_id);
    AUTO_OUTPUT struct test_output two =
        worker("stat", "show", "ranged", "day", "since=2026-10-03", "until=2026-10-04", "--plain");
    expect(&two, 0, "2026-10-04 00:00:00\t3\t0\t0\t0\n2026-10-03 00:00:00\t2\t0\t0\t0\n");
    assert_int_equal(two.out.len, 2 * strlen("2026-10-04 00:00:00\t3\t0\t0\t0\n"));
    AUTO_OUTPUT struct test_output hours = worker("stat", "show", "ranged", "until=2026-10-03T00:00", "--plain");
    expect(&hours, 0, "2026-10-02 00:00:00\t1\t0\t0\t0\n");
    AUTO_OUTPUT struct test_output all = worker("stat", "show", "ranged", "day", "since=2026-10-01", "--plain");
    expect(&all, 0, "2026-10-02 00:00:00\t1\t"); /* more than are shown without a range */
    AUTO_OUTPUT struct test_output wrong = worker("stat", "show", "ranged", "since=soon");
    expect(&wrong, 65, "");
    assert_non_null(strstr(buf_str(&wrong.err), "take a day, as 2026-11-01"));
}

/* --- WeChat's own --- */

TEST(wechats_own_figures_are_fetched_for_the_days_that_are_over) {
    rehearsal_begin(1, 120, "--review-delay", "0");
    rehearsal_account("festival", "5ec2e70f5ec2e70f5ec2e70f5ec2e70f");
    const char *first = test_sql(NULL, "select (now() at time zone 'Asia/Shanghai')::date - 1");
    for (int i = 0; i < 2; i++)
        run_job("stat_wechat");
    /* One more when a day ends meanwhile. */
    assert_string_equal(test_sql(NULL,
                                 "select min(day) >= '%s' and max(day) < (now() at time zone 'Asia/Shanghai')::date"
                                 " and count(*) = 1 + max(day) - min(day) and sum(receive_cnt) = 0"
                                 " from kaquan.stat_wechat_day",
                                 first),
                        "t");
    AUTO_OUTPUT struct test_output shown = worker("stat", "wechat", "festival", "--plain");
    expect(&shown, 0, "\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\n");
    /* What is not ready yet comes with the next night. */
    test_sql(NULL, "delete from kaquan.stat_wechat_day");
    cJSON_Delete(sim_post("/sim/faults", "{\"path\":\"/datacube/getcardbizuininfo\",\"count\":0,\"kind\":\"errcode\","
                                         "\"errcode\":61503}"));
    run_job("stat_wechat");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.stat_wechat_day"), 0);
}

/* --- what is kept --- */

static int64_t tickets_of(const struct scene *s) {
    return test_number(NULL, "select kaquan.ticket_count(%" PRId32 ")", s->template_id);
}

TEST(prune_forgets_what_is_older_than_the_site_says_and_nothing_else) {
    struct scene s = scene_template("pruned", "merchant");
    int64_t before;

    test_sql(NULL,
             "insert into kaquan.stat_minute (template_id, minute, claims, entries, signed)"
             " select %" PRId32 ", date_trunc('minute', now()) - i * interval '7 h', i, 1, 2"
             " from generate_series(1, 2000) i",
             s.template_id);
    test_sql(NULL,
             "insert into kaquan.ticket_scan (at, template_id, entries, verdict, scan_id, code, gate)"
             " select now() - age, %" PRId32
             ", 0, v, v::text || age, 'x', 'n' from unnest(array['1 d', '91 d']::interval[]) age,"
             " unnest(array['admitted', 'left', 'used_up']::kaquan.gate_verdict[]) v",
             s.template_id);
    test_sql(
        NULL,
        "insert into kaquan.wx_event (account_id, digest, payload, state, step, received_at)"
        " select %" PRId64 ", convert_to(st || coalesce(step, '') || age, 'UTF8'), '', st, step, now() - age"
        " from unnest(array['1 d', '91 d', '401 d']::interval[]) age,"
        " (values ('new', null), ('applied', 'added'), ('kept', 'added'), ('kept', null), ('repeat', null)) v (st, step)",
        s.account);
    test_sql(NULL,
             "with b as (insert into kaquan.bulk (account_id, template_id, act, person, finished_at)"
             " select %" PRId64 ", %" PRId32 ", 'void', age::text, case when age < '500 d' then now() - age end"
             " from unnest(array['1 d', '401 d', '402 d', '500 d']::interval[]) age returning id)"
             " insert into kaquan.bulk_item (bulk_id, n, request_id, code) select id, n, 'r', 'c' from b,"
             " generate_series(1, 2) n",
             s.account, s.template_id);
    test_sql(NULL,
             "insert into kaquan.whitelist_check (account_id, host, outcome, checked_at) values"
             " (%" PRId64 ", 'one', 'listed', now() - interval '91 d'), (%" PRId64 ", 'one', 'listed', now()),"
             " (%" PRId64 ", 'other', 'listed', now() - interval '91 d')",
             s.account, s.account, s.account);
    before = tickets_of(&s);

    run_job("prune");
    assert_int_equal(tickets_of(&s), before);
    assert_int_equal(
        test_number(NULL, "select sum(entries) + sum(signed) from kaquan.stat_minute where template_id = %" PRId32,
                    s.template_id),
        6000);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.stat_minute m where template_id = %" PRId32 " and"
                                 " m.minute < now() - interval '402 d' and"
                                 " (m.minute at time zone 'Asia/Shanghai')::time <> '00:00'",
                                 s.template_id),
                     0);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.stat_minute m where template_id = %" PRId32
                                 " and m.minute > now() - interval '399 d 1 h'",
                                 s.template_id),
                     399 * 24 / 7);
    assert_string_equal(test_sql(NULL,
                                 "select string_agg(scan_id, ',' order by scan_id) from kaquan.ticket_scan"
                                 " where template_id = %" PRId32 " and verdict > 'left'",
                                 s.template_id),
                        "used_up1 day");
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.ticket_scan where template_id = %" PRId32
                                 " and verdict <= 'left'",
                                 s.template_id),
                     4);
    assert_string_equal(
        test_sql(NULL,
                 "select string_agg(state || coalesce(' ' || step, ''), ',' order by received_at desc, state)"
                 " from kaquan.wx_event where account_id = %" PRId64 " and received_at < now() - interval '2 d'",
                 s.account),
        "kept added,new,new");
    assert_string_equal(test_sql(NULL, "select string_agg(b.person || ' ' || i.n, ',' order by b.id, i.n)"
                                       " from kaquan.bulk b join kaquan.bulk_item i on i.bulk_id = b.id"),
                        "1 day 1,1 day 2,500 days 1,500 days 2");
    assert_string_equal(test_sql(NULL,
                                 "select string_agg(host, ',' order by host) from kaquan.whitelist_check"
                                 " where account_id = %" PRId64,
                                 s.account),
                        "one,other");
}

/* More than a statement takes away at once. */
TEST(prune_goes_on_until_nothing_is_left) {
    int64_t before = test_number(NULL, "select coalesce(sum(jobs), 0) from kaquan.job_past where kind = 'old'");
    test_sql(NULL, "insert into kaquan.job (kind, state, started_at, finished_at)"
                   " select 'old', 'done', now() - interval '20 d', now() - interval '20 d' from"
                   " generate_series(1, 50001)");
    run_job("prune");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job where kind = 'old'"), 0);
    assert_int_equal(test_number(NULL, "select sum(jobs) from kaquan.job_past where kind = 'old'"), before + 50001);
}

TEST(the_log_of_a_finished_job_may_go_before_the_job) {
    test_sql(NULL, "update kaquan.site set keep_job_log = '1 d'");
    test_sql(
        NULL,
        "with j as (insert into kaquan.job (kind, state, finished_at) values ('prune', 'failed', now()) returning id)"
        " insert into kaquan.job_log (job_id, at, text) select id, now() - interval '2 d', 'old' from j"
        " union all select id, now(), 'new' from j");
    run_job("prune");
    assert_string_equal(
        test_sql(NULL, "select string_agg(text, ',') from kaquan.job_log where text in ('old', 'new')"), "new");
}

TEST(a_time_that_would_hurt_is_no_setting) {
    static const char *const wrong[] = {"keep_refused_scans", "keep_minutes"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AUTO_OUTPUT struct test_output o = worker("site", "set", wrong[i], "7d", "--yes");
        expect(&o, 65, "");
    }
    AUTO_OUTPUT struct test_output good = worker("site", "set", "keep_events", "30d", "--yes");
    expect(&good, 0, "");
    assert_string_equal(test_sql(NULL, "select keep_events from kaquan.site"), "30 days");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_tickets_are_found_by_time_without_waiting_for_a_vacuum),
        cmocka_unit_test(statistics_do_not_wait_for_a_vacuum),
        cmocka_unit_test(claims_adds_and_entries_are_summed_by_the_tickets_own_times),
        cmocka_unit_test(minutes_are_written_in_one_order_and_those_that_are_right_are_not_locked),
        cmocka_unit_test(an_annulled_entry_leaves_the_figures_and_an_upload_comes_into_them),
        cmocka_unit_test(figures_are_shown_by_the_unit_that_is_asked_for),
        cmocka_unit_test(prune_forgets_what_is_older_than_the_site_says_and_nothing_else),
        cmocka_unit_test(prune_goes_on_until_nothing_is_left),
        cmocka_unit_test(the_log_of_a_finished_job_may_go_before_the_job),
        cmocka_unit_test(a_time_that_would_hurt_is_no_setting),
        cmocka_unit_test(figures_of_some_days_are_those_of_whole_days_or_up_to_a_moment),
        cmocka_unit_test_teardown(wechats_own_figures_are_fetched_for_the_days_that_are_over, rehearsal_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
