/* doctor --go-live: everything an event day needs, each line with its cure; and what people confirm. */
#include "rehearsal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "go_live.h"

static struct scene adult;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    adult = rehearsal_template("fest", "adult", "merchant", 50, 10);
    rehearsal_fill(&adult);
    /* The epoch outlives the test, however slow the machine. */
    test_sql(NULL,
             "update kaquan.credential set valid_until = now() + interval '1 h';"
             "update kaquan.credential_history set valid_until = now() + interval '1 h';"
             "update kaquan.pool set valid_until = now() + interval '1 h', usable_until = now() + interval '1 h'");
    return 0;
}

static int finish(void **state) {
    unsetenv("KAQUAN_BACKUP_FILE");
    unsetenv("KAQUAN_DISK_PATH");
    return rehearsal_end(state);
}

static struct test_output doctor(void) {
    return rehearsal_output("doctor --go-live --plain");
}

static void expect(const char *line) {
    AUTO_OUTPUT struct test_output o = doctor();
    if (strstr(buf_str(&o.out), line) == NULL)
        test_fail("\"%s\" is not in: %s%s", line, buf_str(&o.out), buf_str(&o.err));
    if (strstr(line, "\tfail\t") != NULL && (o.exit_code < 64 || o.exit_code > 78))
        test_fail("%s: exit %d", line, o.exit_code);
}

TEST(a_ready_event_has_no_failing_line) {
    AUTO_OUTPUT struct test_output plain = rehearsal_output("doctor --plain");
    AUTO_OUTPUT struct test_output o = doctor();
    if (strstr(buf_str(&o.out), "\tfail\t") != NULL || o.exit_code != 2)
        test_fail("exit %d: %s%s", o.exit_code, buf_str(&o.out), buf_str(&o.err));
    assert_null(strstr(buf_str(&plain.out), "review of"));
    expect("address for fest\tok\tgate-1 is listed");
    expect("review of adult\tok\tapproved");
    expect("pool of adult\tok\t50 cards ready");
    expect("stock of adult\tok\t");
    expect("workers\tok\t1 hosts");
    expect("checkpoint_timeout\tok\t30 min");
    expect("quota of fest\tok\t");
}

/* The tables that rows below break: kept whole, and put back without triggers. */
#define BROKEN                                                                                                       \
    "array['whitelist_check', 'worker_heartbeat', 'credential', 'credential_history', 'pool', 'api_limit', "         \
    "'template', 'stat_minute', 'code_part']"

static void keep(void) {
    test_sql(NULL, "create schema kept; do $$ declare t text; begin foreach t in array " BROKEN " loop"
                   " execute format('create table kept.%%1$I as table kaquan.%%1$I', t); end loop; end $$");
}

static void restore(void) {
    test_sql(NULL, "do $$ declare t text; begin set local session_replication_role = replica;"
                   " foreach t in array " BROKEN " loop execute format('delete from kaquan.%%I', t);"
                   " execute format('insert into kaquan.%%1$I overriding system value table kept.%%1$I', t);"
                   " end loop; end $$");
}

TEST(each_thing_that_is_missing_is_told) {
    static const struct {
        const char *breaks, *line;
    } rows[] = {
        {"insert into kaquan.whitelist_check (account_id, host, address, outcome) select id, 'gate-1', '203.0.113.7',"
         " 'refused' from kaquan.account",
         "address for fest\tfail\tgate-1 is refused with 203.0.113.7\ton gate-1: kaquan-worker ip check fest --wait"},
        {"insert into kaquan.worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-2', 1, '0', 'run', 7)",
         "address for fest\twarn\tgate-2 was not checked"},
        {"insert into kaquan.worker_heartbeat (host, pid, version, mode, clock_offset_s) values ('gate-2', 1, '0', 'run', 70)",
         "worker on gate-2\tfail\t"},
        {"update kaquan.worker_heartbeat set beat_at = now() - interval '20 min'", "workers\tfail\t0 hosts"},
        {"update kaquan.credential set successor_lead_s = 0 where kind = 'api_ticket'",
         "api_ticket of fest\twarn\tfixed windows: cards pause"},
        {"update kaquan.credential set successor_lead_s = null where kind = 'api_ticket'",
         "api_ticket of fest\twarn\tits rhythm is not known yet"},
        {"update kaquan.credential set successor_lead_s = 290 where kind = 'api_ticket'",
         "api_ticket of fest\tok\toverlap: the next one comes 290 s before the end"},
        {"update kaquan.credential set valid_until = now()", "api_ticket of fest\tfail\tit is over"},
        {"select kaquan.epoch_revoke(account_id, epoch, 'test') from kaquan.credential where kind = 'api_ticket'",
         "api_ticket of fest\tfail\tits epoch was revoked"},
        {"update kaquan.api_limit set daily_limit = 1, used = 1 where endpoint = '/card/get'",
         "quota of fest\tfail\t/card/get reaches its limit of 1"},
        {"update kaquan.template set status = 'refused', refuse_reason = '图片不清晰'",
         "review of adult\tfail\trefused: 图片不清晰"},
        {"update kaquan.template set status = 'draft'",
         "review of adult\twarn\tdraft\tkaquan-worker template submit adult"},
        {"update kaquan.template set status = 'waiting'", "review of adult\tfail\twaiting"},
        {"update kaquan.template set paused = true", "pool of adult\twarn\t"},
        {"update kaquan.template set pool_target = 1000, pool_low = 900",
         "pool of adult\twarn\t50 cards ready, 1000 wanted, low"},
        {"select kaquan.epoch_revoke(account_id, epoch, 'test') from kaquan.credential where kind = 'api_ticket'",
         "pool of adult\tfail\t0 cards ready"},
        {"update kaquan.template set stock = 20", "stock of adult\twarn\t20 left, less than the pool's target of 50"},
        {"update kaquan.template set stock = 0", "stock of adult\tfail\t0 left"},
        {"update kaquan.template set stock = 60; insert into kaquan.stat_minute (template_id, minute, claims) select id,"
         " date_trunc('minute', now()), 5 from kaquan.template on conflict (template_id, minute) do update set claims = 5",
         "stock of adult\twarn\t60 left, ends at "},
        {"update kaquan.template set code_mode = 'deposit', stock = 60; insert into kaquan.code_part (template_id, codes,"
         " confirmed) select id, '{}', 40 from kaquan.template",
         "stock of adult\tfail\t60, but only 40 codes are deposited"},
    };
    keep();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        test_sql(NULL, "%s", rows[i].breaks);
        expect(rows[i].line);
        restore();
    }
}

static void touched(const char *path, double hours_ago) {
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = time(NULL) - (time_t)(hours_ago * 3600)}};
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

TEST(the_age_of_backups_is_told) {
    const char *path = rehearsal_file("backup-done");
    expect("backup\twarn\tnone that we could see");
    setenv("KAQUAN_BACKUP_FILE", path, 1);
    expect("No such file or directory\tlet the backup touch backup-file");
    touched(path, 30);
    expect(" 30.0 h old\tlook at the backup tool's log");
    touched(path, 3);
    expect(" 3.0 h old\t\n");
}

TEST(a_disk_that_is_not_there_is_told) {
    expect("disk\t");
    setenv("KAQUAN_DISK_PATH", "/nowhere/at/all", 1);
    expect("disk\tfail\t/nowhere/at/all: No such file");
}

TEST(people_confirm_what_no_program_sees_and_that_is_audited) {
    size_t count;
    const struct go_live_item *items = go_live_items(&count);
    for (size_t i = 0; i < count; i++) {
        char line[200];
        snprintf(line, sizeof line, "%s of fest\twarn\tnobody confirmed that %s", items[i].name, items[i].what);
        expect(line);
        snprintf(line, sizeof line, "doctor confirm %s --reason seen%zu", items[i].name, i);
        rehearsal_worker(0, line);
        snprintf(line, sizeof line, "%s of fest\tok\t%s: confirmed by ", items[i].name, items[i].what);
        expect(line);
        assert_int_equal(test_number(NULL,
                                     "select count(*) from kaquan.audit_log where action = 'go_live_confirm' and"
                                     " after ->> 'item' = '%s' and reason = 'seen%zu'",
                                     items[i].name, i),
                         1);
    }
    test_sql(NULL, "update kaquan.go_live_item set confirmed_at = now() - interval '31 days'");
    expect("card_function of fest\twarn\tthe card function");
    rehearsal_worker(64, "doctor confirm card_functoin");
    rehearsal_worker(64, "doctor confirm");
    rehearsal_worker(65, "doctor confirm gate --account nobody");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, finish)
    const struct CMUnitTest tests[] = {
        CASE(a_ready_event_has_no_failing_line),
        CASE(each_thing_that_is_missing_is_told),
        CASE(the_age_of_backups_is_told),
        CASE(a_disk_that_is_not_there_is_told),
        CASE(people_confirm_what_no_program_sees_and_that_is_audited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
