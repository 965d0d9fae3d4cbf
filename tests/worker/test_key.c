/* `key rotate`: every sealed value goes over to the new key, wherever the command was interrupted; workers that run
 * meanwhile take the new key up by themselves. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "seal.h"
#include "text.h"

#define SECRET "0123456789abcdef0123456789abcdef"
enum { ACCOUNTS = 120, VALUES = 2 * ACCOUNTS + 2 }; /* several batches */

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

static const char *active_key(void) {
    return test_sql(NULL, "select key_id from kaquan.worker_key where active");
}

static int64_t not_sealed_to_active(void) {
    return test_number(NULL, "select count(*) from kaquan.sealed_value where key_id <> (select key_id from"
                             " kaquan.worker_key where active)");
}

static int64_t recorded(const char *action) {
    return test_number(NULL, "select count(*) from kaquan.audit_log where action = '%s' and reason = 'yearly'",
                       action);
}

static const char *hex(const struct buf *bytes) {
    static char text[4096];
    for (size_t i = 0; i < bytes->len && 2 * i + 2 < sizeof text; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)bytes->data[i]);
    return text;
}

static const char *sealed(const char *appid, const char *column, int64_t epoch) {
    static struct buf out;
    AUTO_SECRET struct secret secret = {0};
    struct seal_place place = {appid, column, epoch};
    struct err err = {0};
    buf_reset(&out);
    secret_set(&secret, SECRET, strlen(SECRET));
    if (!seal(test_sql(NULL, "select certificate from kaquan.worker_key where active"), &place, &secret, &out, &err))
        test_fail("%s", err.text);
    return hex(&out);
}

/* A place of each kind; with accounts() all of them. */
static void aes_key(const char *appid) {
    test_sql(NULL,
             "insert into kaquan.account_callback (account_id, aes_key, key_id) select a.id, decode('%s', 'hex'),"
             " k.key_id from kaquan.account a, kaquan.worker_key k where a.appid = '%s' and k.active",
             sealed(appid, "aes_key", 0), appid);
}

/* A secret that waits for a second person. */
static void request(const char *appid) {
    test_sql(
        NULL,
        "insert into kaquan.act_request (noun, verb, params, person, sealed, key_id) select 'account',"
        " 'set-secret', jsonb_build_object('arguments', jsonb_build_array(a.key)), 'li@desk', decode('%s', 'hex'),"
        " k.key_id from kaquan.worker_key k, kaquan.account a where k.active and a.appid = '%s'",
        sealed(appid, "secret", 0), appid);
}

/* Accounts that nobody works for, each with an AppSecret and an api_ticket of epoch 3. */
static void accounts(int count) {
    test_sql(NULL, "begin");
    for (int i = 0; i < count; i++) {
        char appid[40];
        snprintf(appid, sizeof appid, "wxkey%011d", i);
        test_sql(NULL,
                 "insert into kaquan.account (key, appid, secret, secret_key_id, enabled) select 'k%d', '%s',"
                 " decode('%s', 'hex'), key_id, false from kaquan.worker_key where active",
                 i, appid, sealed(appid, "secret", 0));
        test_sql(
            NULL,
            "insert into kaquan.credential (account_id, kind, epoch, sealed, key_id) select a.id, 'api_ticket', 3,"
            " decode('%s', 'hex'), k.key_id from kaquan.account a, kaquan.worker_key k where a.appid = '%s' and"
            " k.active on conflict (account_id, kind) do update set epoch = 3, sealed = excluded.sealed, key_id ="
            " excluded.key_id",
            sealed(appid, "api_ticket", 3), appid);
    }
    aes_key("wxkey00000000000");
    request("wxkey00000000000");
    test_sql(NULL, "commit");
}

/* The active key alone opens every value, at its place, to what it was. */
static void opens_everything(void) {
    struct err err = {0};
    struct seal_key *keys = seal_key_load(rehearsal_file("worker.pem"), &err);
    const struct seal_key *active = seal_key_find(keys, active_key());
    AUTO_DB struct db *db = test_db("kaquan_worker");
    AUTO_ROWS struct db_rows rows = {0};
    char last[32] = "";
    int64_t id = 0, seen = 0;
    if (active == NULL || seal_key_next(active) != NULL)
        test_fail("the active key is not the last in the file");
    do { /* sealed to no key "": all of them */
        db_rows_clear(&rows);
        assert_true(db_query(db, &sql_reseal_list, &rows, &err, V_TEXT(""), V_TEXT(last), V_INT(id)));
        for (int i = 0; i < rows.count; i++, seen++) {
            AUTO_SECRET struct secret value = {0};
            struct seal_place place = {db_text(&rows, i, "appid"), db_text(&rows, i, "column"),
                                       db_int(&rows, i, "epoch")};
            struct bytes bytes;
            assert_true(db_bytes(&rows, i, "sealed", &bytes));
            if (!unseal(active, &place, bytes, &value, &err))
                test_fail("%s", err.text);
            assert_string_equal(value.value, SECRET);
            free((void *)(uintptr_t)bytes.data);
            text_copy(last, sizeof last, db_text(&rows, i, "kept"));
            id = db_int(&rows, i, "id");
        }
    } while (rows.count > 0);
    assert_int_equal(seen, test_number(NULL, "select count(*) from kaquan.sealed_value"));
    seal_key_free(keys);
}

static void old_keys_are_kept(const struct buf *before) {
    AUTO_BUF struct buf now = {0};
    char path[300];
    struct stat info;
    FILE *file;
    size_t n;
    snprintf(path, sizeof path, "%s", rehearsal_file("worker.pem"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0400);
    file = fopen(path, "re");
    assert_non_null(file);
    while ((n = fread(buf_room(&now, 4096), 1, 4096, file)) > 0)
        now.len += n;
    fclose(file);
    assert_true(before->len > 0 && now.len > before->len);
    assert_memory_equal(now.data, before->data, before->len);
}

static void read_key_file_into(struct buf *out) {
    FILE *file = fopen(rehearsal_file("worker.pem"), "re");
    size_t n;
    assert_non_null(file);
    while ((n = fread(buf_room(out, 4096), 1, 4096, file)) > 0)
        out->len += n;
    fclose(file);
}

/* No worker is alive, so that one call does it all. */
static void nobody_works(void) {
    test_sql(NULL, "delete from kaquan.worker_heartbeat");
}

/* --- */

TEST(every_column_that_names_a_key_is_one_that_a_rotation_knows) {
    assert_true(test_number(NULL, "select count(*) from pg_constraint where confrelid ="
                                  " 'kaquan.worker_key'::regclass") >= 2);
    assert_string_equal(
        test_sql(NULL, "select string_agg(format('%%s(%%s)', conrelid::regclass, conkey), ', ') from pg_constraint c"
                       " where confrelid = 'kaquan.worker_key'::regclass and contype = 'f' and not exists"
                       " (select from pg_depend d join pg_rewrite r on r.oid = d.objid"
                       "  where r.ev_class = 'kaquan.sealed_value'::regclass and d.refobjid = c.conrelid"
                       "  and d.refobjsubid = c.conkey[1])"),
        "");
}

TEST(a_rotation_seals_everything_to_a_new_key_and_keeps_the_old_one) {
    AUTO_BUF struct buf before = {0};
    char old[32];
    accounts(ACCOUNTS);
    nobody_works();
    read_key_file_into(&before);
    text_copy(old, sizeof old, active_key());
    rehearsal_worker(64, "key rotate --no-input"); /* it asks */
    assert_string_equal(active_key(), old);
    AUTO_OUTPUT struct test_output o = rehearsal_output("key rotate --yes --reason yearly --plain");
    assert_int_equal(o.exit_code, 0);
    char expected[64];
    snprintf(expected, sizeof expected, "%s\tyes\t%d\t0\n", active_key(), VALUES);
    assert_string_equal(buf_str(&o.out), expected);
    assert_string_not_equal(active_key(), old);
    old_keys_are_kept(&before);
    opens_everything();
    assert_int_equal(recorded("key_rotate"), 1);
    assert_int_equal(test_number(NULL, "select sum((after->>'values')::int) from kaquan.audit_log where action ="
                                       " 'key_reseal'"),
                     VALUES);
    assert_string_equal(test_sql(NULL, "select before->>'key_id' from kaquan.audit_log where action = 'key_rotate'"),
                        old);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where to_jsonb(audit_log)::text like"
                                       " '%%" SECRET "%%'"),
                     0);
}

static void kill_at(const char *fault) {
    AUTO_BUF struct buf before = {0};
    char old[32];
    text_copy(old, sizeof old, active_key());
    read_key_file_into(&before);
    setenv("KAQUAN_FAULT", fault, 1);
    AUTO_OUTPUT struct test_output killed = rehearsal_output("key rotate --yes --reason yearly");
    unsetenv("KAQUAN_FAULT");
    if (killed.exit_code != 128 + SIGKILL)
        test_fail("%s was not passed: exit %d %s", fault, killed.exit_code, buf_str(&killed.err));
    AUTO_OUTPUT struct test_output next = rehearsal_output("key rotate --yes --reason yearly");
    if (next.exit_code != 0)
        test_fail("%s: then exit %d %s", fault, next.exit_code, buf_str(&next.err));
    if (not_sealed_to_active() != 0)
        test_fail("%s: %" PRId64 " values are left behind", fault, not_sealed_to_active());
    assert_string_not_equal(active_key(), old);
    old_keys_are_kept(&before);
    opens_everything();
}

TEST(a_rotation_that_was_killed_anywhere_is_completed_by_the_next_call) {
    static const char *const faults[] = {"key_before_active", "key_after_active", "key_in_batch", "key_in_batch:3",
                                         "key_after_batch:2"};
    accounts(ACCOUNTS);
    nobody_works();
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        int64_t keys = test_number(NULL, "select count(*) from kaquan.worker_key");
        kill_at(faults[i]);
        assert_int_equal(test_number(NULL, "select count(*) from kaquan.worker_key"), keys + 1);
    }
    /* What was moved was recorded with it, once. */
    assert_int_equal(test_number(NULL, "select sum((after->>'values')::int) from kaquan.audit_log where action ="
                                       " 'key_reseal'"),
                     (int64_t)ARRAY_LEN(faults) * VALUES);
}

TEST(a_value_that_no_key_opens_is_left_and_said) {
    accounts(3);
    nobody_works();
    test_sql(NULL, "update kaquan.account set secret = set_byte(secret, 380, 255 - get_byte(secret, 380)) where key ="
                   " 'k1'");
    AUTO_OUTPUT struct test_output o = rehearsal_output("key rotate --yes");
    assert_int_equal(o.exit_code, 1);
    assert_non_null(strstr(buf_str(&o.err), "wxkey00000000001"));
    assert_int_equal(not_sealed_to_active(), 1);
}

TEST(a_key_is_not_used_before_the_other_workers_have_it) {
    char old[32], line[96], fresh[32];
    accounts(2);
    nobody_works();
    text_copy(old, sizeof old, active_key());
    test_sql(NULL, "insert into kaquan.worker_heartbeat (host, pid, version, mode, clock_offset_s) values"
                   " ('gate-7', 1, '0', 'run', 0)");
    AUTO_OUTPUT struct test_output made = rehearsal_output("key rotate --yes --plain");
    assert_int_equal(made.exit_code, 0);
    assert_non_null(strstr(buf_str(&made.err), "gate-7"));
    assert_string_equal(active_key(), old);
    text_copy(fresh, 17, buf_str(&made.out));
    rehearsal_worker(64, "key rotate --yes");
    assert_string_equal(active_key(), old);
    snprintf(line, sizeof line, "key rotate --confirm=%s", fresh);
    rehearsal_worker(0, line);
    assert_string_equal(active_key(), fresh);
    assert_int_equal(not_sealed_to_active(), 0);
}

TEST(a_host_without_the_present_key_cannot_rotate) {
    char line[400];
    accounts(1);
    nobody_works();
    snprintf(line, sizeof line, "key new --confirm=%s %s", active_key(), rehearsal_file("elsewhere.pem"));
    rehearsal_worker(0, line);
    rehearsal_worker(78, "key rotate --yes");
}

/* --- a worker that is running meanwhile --- */

static bool has_both(void *context UNUSED) {
    return test_number(NULL, "select count(*) from kaquan.credential where sealed is not null") == 2;
}

static bool fetched_again(void *context UNUSED) {
    return test_number(NULL, "select epoch from kaquan.credential where kind = 'api_ticket'") > 1;
}

/* The api_ticket dies, and the worker is told to look. */
static void ticket_dies(const char *account) {
    char body[64];
    snprintf(body, sizeof body, "{\"appid\":\"%s\"}", rehearsal_appid(account));
    cJSON_Delete(sim_post("/sim/ticket/revoke", body));
    test_sql(NULL, "update kaquan.credential set suspect_epoch = epoch where kind = 'api_ticket'");
    test_sql(NULL, "insert into kaquan.job (kind, account_id) select 'credential_refresh', id from kaquan.account");
}

TEST(a_worker_that_runs_takes_the_new_key_up_by_itself) {
    char line[96];
    rehearsal_account("festival", "44444444444444444444444444444444");
    rehearsal_template("festival", "adult", "merchant", 10, 1); /* somebody who needs the api_ticket */
    pid_t worker = rehearsal_serve("serve.log");
    test_wait_until(has_both, NULL, 30);
    AUTO_OUTPUT struct test_output made = rehearsal_output("key rotate --yes --plain");
    snprintf(line, sizeof line, "key rotate --confirm=%.16s", buf_str(&made.out));
    rehearsal_worker(0, line);
    ticket_dies("festival");
    test_wait_until(fetched_again, NULL, 30);
    assert_int_equal(not_sealed_to_active(), 0);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.host_block"), 0);
    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_column_that_names_a_key_is_one_that_a_rotation_knows, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(a_rotation_seals_everything_to_a_new_key_and_keeps_the_old_one, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(a_rotation_that_was_killed_anywhere_is_completed_by_the_next_call, rehearse,
                                        rehearsal_end),
        cmocka_unit_test_setup_teardown(a_value_that_no_key_opens_is_left_and_said, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(a_key_is_not_used_before_the_other_workers_have_it, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(a_host_without_the_present_key_cannot_rotate, rehearse, rehearsal_end),
        cmocka_unit_test_setup_teardown(a_worker_that_runs_takes_the_new_key_up_by_itself, rehearse, rehearsal_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
