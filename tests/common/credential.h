/* credential.h - an account at the simulated WeChat, whose time the test moves, for tests of its credentials. */
#ifndef KAQUAN_TEST_CREDENTIAL_H
#define KAQUAN_TEST_CREDENTIAL_H

#include "harness.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "seal.h"
#include "wx.h"
#include "wx_credential.h"

#define APPID "wx0123456789abcdef"
#define SECRET "0123456789abcdef0123456789abcdef"
#define CA_FILE "/etc/ssl/certs/ca-certificates.crt"

static char directory[] = "/tmp/kaquan-wx-XXXXXX";
static char key_path[64];
static struct seal_key *key;
static struct db *db;
static struct http *http;
static int64_t account;

static inline struct http *new_http(void) {
    struct http_options options = {.ca_file = CA_FILE};
    struct err err = {0};
    struct http *made = http_new(&options, &err);
    if (made == NULL)
        fail_msg("%s", err.text);
    return made;
}

static inline struct wx_tools tools_of(const char *host) {
    return (struct wx_tools){.db = db, .http = http, .key = key, .host = host};
}

static inline int set_up(void **state) {
    struct err err = {0};
    if (test_setup(state) != 0)
        return -1;
    assert_non_null(mkdtemp(directory));
    snprintf(key_path, sizeof key_path, "%s/key.pem", directory);
    if (!seal_key_create(key_path, "worker of the test", &err))
        fail_msg("%s", err.text);
    key = seal_key_load(key_path, &err);
    db = test_db("kaquan_worker");
    http = new_http();
    test_sql(NULL, "insert into kaquan.worker_key values ('%s', '-')", seal_key_id(key));
    /* WeChat's days go on, too, when time passes in a test. */
    test_sql(NULL, "create table kaquan.test_clock (ahead double precision);"
                   "insert into kaquan.test_clock values (0);"
                   "grant select on kaquan.test_clock to public;"
                   "create or replace function kaquan.wx_seconds(at timestamptz) returns double precision"
                   " language sql stable begin atomic"
                   " select date_part('epoch', at) * s.time_scale + c.ahead from kaquan.site s, kaquan.test_clock c;"
                   "end");
    test_sim_start0();
    return 0;
}

static inline int tear_down(void **state) {
    test_sim_stop();
    http_free(http);
    db_auto(&db);
    seal_key_free(key);
    unlink(key_path);
    rmdir(directory);
    return test_teardown(state);
}

static inline void sim(const char *path, const char *json) {
    cJSON_Delete(sim_post(path, json));
}

static inline void set_secret(const char *appid, const char *text) {
    static const struct sql statement = {"test_secret", "update kaquan.account set secret = $1 where appid = $2"};
    AUTO_SECRET struct secret secret = {0};
    AUTO_BUF struct buf sealed = {0};
    AUTO_DB struct db *admin = test_db(NULL);
    struct seal_place place = {appid, "secret", 0};
    struct err err = {0};
    secret_set(&secret, text, strlen(text));
    if (!seal(seal_key_certificate(key), &place, &secret, &sealed, &err) ||
        !db_do(admin, &statement, &err, V_BYTES(sealed.data, sealed.len), V_TEXT(appid)))
        fail_msg("%s", err.text);
}

/* A fresh account, here and there; the simulator forgets everything. */
static inline int fresh_account(void **state) {
    (void)state;
    sim("/sim/reset", "{}");
    test_sql(NULL, "update kaquan.test_clock set ahead = 0");
    sim("/sim/account", "{\"appid\":\"" APPID "\",\"secret\":\"" SECRET "\"}");
    test_sql(NULL, "truncate kaquan.account, kaquan.whitelist_check restart identity cascade");
    account = test_number(NULL,
                          "insert into kaquan.account (key, appid, api_base) values ('demo', '" APPID "', '%s')"
                          " returning id",
                          test_sim_base());
    set_secret(APPID, SECRET);
    return 0;
}

/* WeChat's clock goes on, and for us everything lies that much further back. */
static inline void time_passes(double seconds) {
    char json[64];
    snprintf(json, sizeof json, "{\"seconds\":%.0f}", seconds);
    sim("/sim/clock/advance", json);
    test_sql(NULL, "update kaquan.test_clock set ahead = ahead + %f", seconds);
    test_sql(NULL,
             "update kaquan.credential set (first_seen_at, confirmed_at, fetched_at, valid_until, lease_until,"
             " next_try_at, breaker_until, rejected_at) = (first_seen_at - i, confirmed_at - i, fetched_at - i,"
             " valid_until - i, lease_until - i, next_try_at - i, breaker_until - i, rejected_at - i)"
             " from (select interval '%.0f s') x (i);"
             "update kaquan.credential_history set (first_seen_at, valid_until, ended_at) ="
             " (first_seen_at - i, valid_until - i, ended_at - i) from (select interval '%.0f s') x (i);"
             "update kaquan.host_block set until_at = until_at - interval '%.0f s';"
             "update kaquan.api_usage set stopped_until = stopped_until - interval '%.0f s'",
             seconds, seconds, seconds, seconds);
}

static inline int64_t stat_of(const char *path, const char *name) {
    cJSON *all = sim_get("/sim/stats");
    const cJSON *calls = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(all, "accounts"), APPID), "calls"), path);
    const cJSON *number = cJSON_GetObjectItem(calls, name);
    int64_t n = number == NULL ? 0 : (int64_t)number->valuedouble;
    cJSON_Delete(all);
    return n;
}

static inline int64_t calls_of(const char *path) {
    return stat_of(path, "calls");
}

static inline const char *column(const char *kind, const char *name) {
    return test_sql(NULL, "select (%s)::text from kaquan.credential where kind = '%s'", name, kind);
}

static inline int64_t number(const char *kind, const char *name) {
    return test_number(NULL, "select (%s)::bigint from kaquan.credential where kind = '%s'", name, kind);
}

static inline enum credential_outcome refresh_as(const char *host, enum credential_kind kind, bool anyway) {
    struct wx_tools tools = tools_of(host);
    enum credential_outcome outcome;
    struct err err = {0};
    if (!credential_refresh(&tools, account, kind, anyway, &outcome, &err))
        fail_msg("%s: %s", credential_kind_name(kind), err.text);
    return outcome;
}

static inline enum credential_outcome refresh(enum credential_kind kind) {
    return refresh_as("one", kind, false);
}

static inline struct err refresh_fails_as(const char *host, enum credential_kind kind) {
    struct wx_tools tools = tools_of(host);
    enum credential_outcome outcome;
    struct err err = {0};
    assert_false(credential_refresh(&tools, account, kind, false, &outcome, &err));
    return err;
}

static inline struct err refresh_fails(enum credential_kind kind) {
    return refresh_fails_as("one", kind);
}

static inline double seconds_left(enum credential_kind kind) {
    struct wx_tools tools = tools_of("one");
    AUTO_SECRET struct secret value = {0};
    struct credential info;
    struct err err = {0};
    if (!credential_load(&tools, account, kind, &value, &info, &err))
        fail_msg("%s", err.text);
    return info.seconds_left;
}

static inline bool around(double value, double expected) {
    return fabs(value - expected) < 5;
}

/* A call of an endpoint with a token: get_api_domain_ip. */
static inline bool call(struct wx_reply *reply, struct err *err) {
    struct wx_tools tools = tools_of("one");
    struct wx wx;
    if (!wx_open(&wx, &tools, account, err))
        fail_msg("%s", err->text);
    return wx_call(&wx, WX_API_DOMAIN_IP, NULL, reply, err);
}

#endif
