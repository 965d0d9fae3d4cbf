/* What monitoring reads: `metrics` and `health`. */
#include "rehearsal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "metrics.h"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

static void expect_line(const struct buf *text, const char *line) {
    size_t len = strlen(line);
    for (const char *at = buf_str(text); (at = strstr(at, line)) != NULL; at++)
        if ((at == text->data || at[-1] == '\n') && at[len] == '\n')
            return;
    test_fail("there is no line %s in:\n%s", line, buf_str(text));
}

/* An account with everything that a metric counts. */
static struct scene busy_scene(void) {
    rehearsal_account("festival", "44444444444444444444444444444444");
    struct scene s = rehearsal_template("festival", "adult", "merchant", 500, 100);
    rehearsal_fill(&s);
    test_sql(NULL, "delete from kaquan.job");
    test_sql(NULL, "delete from kaquan.job_past");
    test_sql(NULL, "insert into kaquan.job (kind, state, started_at, finished_at) select 'prune', s, now(), now() + t"
                   " from (values ('done', interval '0.3 s'), ('done', '7 s'), ('failed', '2 h')) v (s, t)");
    test_sql(NULL, "insert into kaquan.job (kind, run_at) values ('stat_minute', now() - interval '1000 s')");
    test_sql(NULL, "delete from kaquan.api_usage");
    test_sql(NULL, "insert into kaquan.api_usage (account_id, endpoint, day, calls, refusals) select id, 'card_get',"
                   " kaquan.wx_day(now()) - d, 5, '{\"40164\": 2, \"-1\": 1}' from kaquan.account,"
                   " generate_series(0, 1) d");
    return s;
}

/* --- metrics --- */

TEST(every_metric_of_the_table_has_its_help_its_type_and_values) {
    size_t count;
    const struct metric *m = metric_rows(&count);
    busy_scene();
    rehearsal_worker(0, "ip check");
    AUTO_OUTPUT struct test_output o = rehearsal_output("metrics");
    assert_int_equal(o.exit_code, 0);
    for (size_t i = 0; i < count; i++) {
        char line[300];
        snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s %s\n%s", m[i].name, m[i].help, m[i].name, m[i].type,
                 m[i].name);
        if (strstr(buf_str(&o.out), line) == NULL)
            test_fail("%s is missing in:\n%s", line, buf_str(&o.out));
    }
    expect_line(&o.out, "kaquan_jobs{state=\"done\",kind=\"prune\"} 2");
    expect_line(&o.out, "kaquan_pool_codes_free{pool=\"adult\"} 500");
    expect_line(&o.out, "kaquan_pool_hours_left{pool=\"adult\"} +Inf");
    expect_line(&o.out, "kaquan_wechat_errors_total{errcode=\"40164\"} 4");
    expect_line(&o.out, "kaquan_wechat_errors_total{errcode=\"-1\"} 2");
    expect_line(&o.out, "kaquan_last_run_success{kind=\"prune\"} 0");
    expect_line(&o.out, "kaquan_ip_listed{account=\"festival\",host=\"gate-1\"} 1");
    expect_line(&o.out, "kaquan_build_info{version=\"" KAQUAN_VERSION "\"} 1");
}

static void expect_histogram(void) {
    AUTO_OUTPUT struct test_output o = rehearsal_output("metrics");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"0.1\"} 0");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"0.5\"} 1");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"5\"} 1");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"10\"} 2");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"1800\"} 2");
    expect_line(&o.out, "kaquan_job_duration_seconds_bucket{kind=\"prune\",le=\"+Inf\"} 3");
    expect_line(&o.out, "kaquan_job_duration_seconds_sum{kind=\"prune\"} 7207.3");
    expect_line(&o.out, "kaquan_job_duration_seconds_count{kind=\"prune\"} 3");
}

TEST(the_histogram_of_jobs_does_not_go_back_when_they_are_pruned) {
    busy_scene();
    expect_histogram();
    test_sql("kaquan_worker", "delete from kaquan.job where state = 'failed'");
    expect_histogram();
    test_sql("kaquan_worker", "delete from kaquan.job where state = 'done'");
    expect_histogram();
}

TEST(a_bucket_holds_what_took_just_so_long) {
    assert_string_equal(
        test_sql(NULL,
                 "select string_agg(kaquan.job_bucket(kaquan.job_seconds(at, at + took))::text, ' ' order by took)"
                 " from (values ('-1 s'), ('0 s'), ('0.1 s'), ('0.100001 s'), ('1800 s'), ('1800.000001 s'))"
                 " v (t), cast(t as interval) took, cast('2026-11-01 10:00+8' as timestamptz) at"),
        "0.1 0.1 0.1 0.5 1800 Infinity");
    assert_string_equal(test_sql(NULL, "select kaquan.job_bucket(kaquan.job_seconds(null, now()))::text"), "0.1");
}

/* A function that is not inlined is called for every job: seconds for some hundred thousand. */
TEST(the_time_a_job_took_is_told_without_a_call) {
    assert_null(strstr(test_sql(NULL, "create function pg_temp.plan() returns text language plpgsql as $$"
                                      " declare line text; whole text := ''; begin for line in explain (verbose)"
                                      " select kaquan.job_bucket(kaquan.job_seconds(started_at, finished_at))"
                                      " from kaquan.job loop whole := whole || line; end loop; return whole; end $$;"
                                      " select pg_temp.plan()"),
                       "kaquan.job_"));
}

TEST(a_reader_of_the_file_sees_all_of_the_old_one_or_all_of_the_new_one) {
    char line[300], path[256];
    struct stat before, after;
    FILE *old;
    char first[64] = "";
    snprintf(path, sizeof path, "%s", rehearsal_file("kaquan.prom"));
    snprintf(line, sizeof line, "metrics --write %s", path);
    rehearsal_worker(0, line);
    old = fopen(path, "re");
    assert_non_null(old);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_mode & 07777, 0644);
    rehearsal_worker(0, line);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino != after.st_ino); /* replaced, not written over */
    assert_non_null(fgets(first, sizeof first, old));
    assert_int_equal(strncmp(first, "# HELP kaquan_jobs ", 19), 0);
    fclose(old);
    rehearsal_worker(74, "metrics --write /nowhere/at/all.prom");
}

TEST(metrics_come_as_json_too) {
    struct err err = {0};
    busy_scene();
    AUTO_OUTPUT struct test_output o = rehearsal_output("metrics --json");
    AUTO_JSON cJSON *json =
        json_parse(buf_str(&o.out), o.out.len, &(struct json_limits){.members = 1000, .size = 1 << 20}, &err);
    if (json == NULL)
        test_fail("%s: %s", err.text, buf_str(&o.out));
    assert_true(cJSON_GetArraySize(json_array(json, "data")) > 10);
}

/* A label holds what somebody typed. */
TEST(a_label_cannot_break_its_line) {
    busy_scene();
    test_sql(NULL, "update kaquan.whitelist_check set host = E'a\"b\\\\c\\n\\x1b[31m'");
    test_sql(NULL, "insert into kaquan.whitelist_check (account_id, host, outcome) select id,"
                   " E'a\"b\\\\c\\n\\x1b[31m', 'refused' from kaquan.account");
    AUTO_OUTPUT struct test_output o = rehearsal_output("metrics");
    expect_line(&o.out, "kaquan_ip_listed{account=\"festival\",host=\"a\\\"b\\\\c\\\\x0a\\\\x1b[31m\"} 0");
}

/* --- health --- */

static const cJSON *state_of(const cJSON *json, const char *check) {
    const cJSON *line;
    cJSON_ArrayForEach(line, json_array(json, "data")) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(line, "check");
        if (cJSON_IsString(name) && strcmp(name->valuestring, check) == 0)
            return cJSON_GetObjectItemCaseSensitive(line, "state");
    }
    return NULL;
}

static void expect_health(int code, const char *check, const char *state) {
    struct err err = {0};
    AUTO_OUTPUT struct test_output o = rehearsal_output("health --json");
    AUTO_JSON cJSON *json = json_parse(buf_str(&o.out), o.out.len, NULL, &err);
    const cJSON *found = json == NULL ? NULL : state_of(json, check);
    if (o.exit_code != code || !cJSON_IsString(found) || strcmp(found->valuestring, state) != 0)
        test_fail("%s: %s with exit %d expected, not %d: %s", check, state, code, o.exit_code, buf_str(&o.out));
}

TEST(health_says_the_same_in_json_whatever_is_wrong) {
    char database[64];
    busy_scene();
    test_sql(NULL, "update kaquan.job set run_at = now() where state = 'queued'");
    expect_health(0, "database", "ok");
    test_sql(NULL, "update kaquan.job set run_at = now() - interval '200 s' where state = 'queued'");
    expect_health(2, "oldest job that waits", "warn");
    test_sql(NULL, "update kaquan.worker_heartbeat set beat_at = now() - interval '1 h'");
    expect_health(69, "last worker's sign of life", "fail");
    snprintf(database, sizeof database, "%s", getenv("PGDATABASE"));
    setenv("PGDATABASE", "kaquan_nowhere", 1);
    expect_health(69, "database", "fail");
    setenv("PGDATABASE", database, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_metric_of_the_table_has_its_help_its_type_and_values, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(the_histogram_of_jobs_does_not_go_back_when_they_are_pruned, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(a_bucket_holds_what_took_just_so_long, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(the_time_a_job_took_is_told_without_a_call, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(a_reader_of_the_file_sees_all_of_the_old_one_or_all_of_the_new_one, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(metrics_come_as_json_too, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(a_label_cannot_break_its_line, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(health_says_the_same_in_json_whatever_is_wrong, rehearse, rehearsal_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
