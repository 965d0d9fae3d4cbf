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

/* --- the scene --- */

static struct http *new_http(void) {
    struct http_options options = {.ca_file = CA_FILE};
    struct err err = {0};
    struct http *made = http_new(&options, &err);
    if (made == NULL)
        fail_msg("%s", err.text);
    return made;
}

static struct wx_tools tools_of(const char *host) {
    return (struct wx_tools){.db = db, .http = http, .key = key, .host = host};
}

static int set_up(void **state) {
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

static int tear_down(void **state) {
    test_sim_stop();
    http_free(http);
    db_auto(&db);
    seal_key_free(key);
    unlink(key_path);
    rmdir(directory);
    return test_teardown(state);
}

static void sim(const char *path, const char *json) {
    cJSON_Delete(sim_post(path, json));
}

static void set_secret(const char *appid, const char *text) {
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
static int fresh_account(void **state) {
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
static void time_passes(double seconds) {
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

static int64_t stat_of(const char *path, const char *name) {
    cJSON *all = sim_get("/sim/stats");
    const cJSON *calls = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(all, "accounts"), APPID), "calls"), path);
    const cJSON *number = cJSON_GetObjectItem(calls, name);
    int64_t n = number == NULL ? 0 : (int64_t)number->valuedouble;
    cJSON_Delete(all);
    return n;
}

static int64_t calls_of(const char *path) {
    return stat_of(path, "calls");
}

static const char *column(const char *kind, const char *name) {
    return test_sql(NULL, "select (%s)::text from kaquan.credential where kind = '%s'", name, kind);
}

static int64_t number(const char *kind, const char *name) {
    return test_number(NULL, "select (%s)::bigint from kaquan.credential where kind = '%s'", name, kind);
}

static enum credential_outcome refresh_as(const char *host, enum credential_kind kind, bool anyway) {
    struct wx_tools tools = tools_of(host);
    enum credential_outcome outcome;
    struct err err = {0};
    if (!credential_refresh(&tools, account, kind, anyway, &outcome, &err))
        fail_msg("%s: %s", credential_kind_name(kind), err.text);
    return outcome;
}

static enum credential_outcome refresh(enum credential_kind kind) {
    return refresh_as("one", kind, false);
}

static struct err refresh_fails_as(const char *host, enum credential_kind kind) {
    struct wx_tools tools = tools_of(host);
    enum credential_outcome outcome;
    struct err err = {0};
    assert_false(credential_refresh(&tools, account, kind, false, &outcome, &err));
    return err;
}

static struct err refresh_fails(enum credential_kind kind) {
    return refresh_fails_as("one", kind);
}

static double seconds_left(enum credential_kind kind) {
    struct wx_tools tools = tools_of("one");
    AUTO_SECRET struct secret value = {0};
    struct credential info;
    struct err err = {0};
    if (!credential_load(&tools, account, kind, &value, &info, &err))
        fail_msg("%s", err.text);
    return info.seconds_left;
}

static bool around(double value, double expected) {
    return fabs(value - expected) < 5;
}

/* A call of an endpoint with a token: get_api_domain_ip. */
static bool call(struct wx_reply *reply, struct err *err) {
    struct wx_tools tools = tools_of("one");
    struct wx wx;
    if (!wx_open(&wx, &tools, account, err))
        fail_msg("%s", err->text);
    return wx_call(&wx, WX_API_DOMAIN_IP, NULL, reply, err);
}

/* --- the token's life --- */

TEST(a_new_account_gets_a_token_once) {
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
    assert_string_equal(column("access_token", "last_class"), "ok");
    assert_int_equal(number("access_token", "budget_used"), 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history"), 1);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage"), 1);
    assert_string_equal(test_sql(NULL, "select outcome from kaquan.whitelist_check"), "listed");
}

TEST(a_token_is_asked_for_in_its_last_290_seconds) {
    refresh(CREDENTIAL_TOKEN);
    time_passes(7200 - 320);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(320 - 240);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(number("access_token", "epoch"), 2);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
}

TEST(the_same_token_early_is_not_a_new_epoch) {
    refresh(CREDENTIAL_TOKEN);
    time_passes(1000);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_CONFIRMED);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_true(around(seconds_left(CREDENTIAL_TOKEN), 6140));
}

TEST(a_classic_account_uses_the_other_endpoint) {
    test_sql(NULL, "update kaquan.account set token_mode = 'classic'");
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(calls_of("/cgi-bin/token"), 1);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 0);
}

/* --- one refresh at a time --- */

struct race {
    int64_t account;
    const char *base;
};

static bool racer(int n, void *context) {
    struct race *race = context;
    char host[16];
    struct err err = {0};
    enum credential_outcome outcome;
    struct wx_tools tools = {.db = test_db("kaquan_worker"), .http = new_http(), .key = key, .host = host};
    snprintf(host, sizeof host, "host%d", n);
    for (int i = 0; i < 20; i++) {
        if (!credential_refresh(&tools, race->account, CREDENTIAL_TOKEN, false, &outcome, &err))
            fail_msg("%s", err.text);
        clock_sleep(0.01);
    }
    http_free(tools.http);
    db_free(tools.db);
    return true;
}

TEST(sixteen_workers_make_one_refresh) {
    struct race race = {account, NULL};
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"delay_ms\",\"ms\":100,\"count\":0}");
    test_clients(16, racer, &race);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
    assert_int_equal(stat_of("/cgi-bin/stable_token", "max_in_flight"), 1);
    for (int i = 0; i < 3; i++) {
        test_sql(NULL, "update kaquan.credential set suspect_epoch = epoch");
        test_clients(16, racer, &race);
    }
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 4);
    assert_int_equal(stat_of("/cgi-bin/stable_token", "max_in_flight"), 1);
}

/* A holder that slept too long: somebody else refreshed in between. */
static void be_overtaken(const char *mode) {
    struct wx_tools slow = tools_of("slow");
    AUTO_LEASE struct credential_lease lease = {0};
    AUTO_SECRET struct secret late = {0};
    enum credential_outcome outcome;
    struct err err = {0};
    bool taken;
    const char *value = "86_late_answer_of_a_worker_that_was_paused_meanwhile";
    test_sql(NULL, "update kaquan.account set token_mode = '%s'", mode);
    assert_true(credential_acquire(&slow, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    assert_int_equal(refresh_as("quick", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    time_passes(31);
    assert_int_equal(refresh_as("quick", CREDENTIAL_TOKEN, false), CREDENTIAL_RENEWED);
    secret_set(&late, value, strlen(value));
    assert_false(credential_store(&slow, &lease, &late, 7200, &outcome, &err));
    assert_int_equal(err.kind, ERR_LOST);
    assert_int_equal(outcome, CREDENTIAL_NOTHING);
    assert_int_equal(number("access_token", "epoch"), 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history"), 1);
}

TEST(a_paused_holder_is_fenced_off) {
    be_overtaken("stable");
    assert_string_equal(column("access_token", "suspect_epoch"), "");
    assert_string_equal(column("access_token", "last_class"), "ok");
}

TEST(a_fenced_off_classic_answer_makes_the_stored_token_suspect) {
    be_overtaken("classic");
    assert_string_equal(column("access_token", "suspect_epoch"), "1");
}

TEST(a_paused_holder_cannot_note_a_failure) {
    struct wx_tools slow = tools_of("slow");
    AUTO_LEASE struct credential_lease lease = {0};
    struct wx_reply reply = {.class = WX_CONFIG, .errcode = 40125};
    struct err err = {0};
    bool taken;
    assert_true(credential_acquire(&slow, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    time_passes(31);
    refresh_as("quick", CREDENTIAL_TOKEN, false);
    assert_false(credential_fail(&slow, &lease, &reply, &err));
    assert_int_equal(err.kind, ERR_LOST);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_dead_holder_leaves_only_a_lease_that_ends) {
    struct wx_tools dead = tools_of("dead");
    AUTO_LEASE struct credential_lease lease = {0};
    struct err err = {0};
    bool taken;
    assert_true(credential_acquire(&dead, account, CREDENTIAL_TOKEN, false, &lease, &taken, &err) && taken);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(31);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
}

/* --- refusals --- */

TEST(a_host_that_is_not_whitelisted_leaves_the_work_to_another) {
    struct err err;
    sim("/sim/account", "{\"appid\":\"" APPID "\",\"secret\":\"" SECRET "\",\"whitelist\":[\"203.0.113.9\"]}");
    err = refresh_fails_as("one", CREDENTIAL_TOKEN);
    assert_int_equal(err.errcode, 40164);
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_string_equal(test_sql(NULL, "select host || ' ' || address from kaquan.host_block"), "one 127.0.0.1");
    assert_string_equal(test_sql(NULL, "select outcome || ' ' || address from kaquan.whitelist_check"),
                        "refused 127.0.0.1");
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token") + 0, 1);
    sim("/sim/whitelist", "{\"appid\":\"" APPID "\",\"add\":[\"127.0.0.1\"]}");
    assert_int_equal(refresh_as("two", CREDENTIAL_TOKEN, false), CREDENTIAL_RENEWED);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_NOTHING);
    time_passes(601);
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, true), CREDENTIAL_CONFIRMED);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.host_block"), 0);
}

TEST(a_wrong_secret_opens_the_breaker_until_it_is_corrected) {
    struct err err;
    set_secret(APPID, "ffffffffffffffffffffffffffffffff");
    err = refresh_fails(CREDENTIAL_TOKEN);
    assert_int_equal(err.errcode, 40125);
    assert_string_equal(column("access_token", "breaker"), "open");
    time_passes(3500);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    time_passes(101);
    refresh_fails(CREDENTIAL_TOKEN); /* the hourly probe */
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    set_secret(APPID, SECRET);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_missing_permission_waits_for_the_operator) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":50004}");
    refresh_fails(CREDENTIAL_TOKEN);
    time_passes(400000);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
    test_sql("kaquan_worker", "select kaquan.credential_retry(%d, false)", (int)account);
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
}

TEST(trouble_is_tried_again_ever_more_slowly) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":0}");
    for (int i = 0; i < 5; i++) {
        double full = 15 * (1 << i), wait;
        assert_int_equal(refresh_fails(CREDENTIAL_TOKEN).kind, ERR_UNAVAILABLE);
        wait = atof(column("access_token", "extract(epoch from next_try_at - now())"));
        assert_true(wait > full / 2 - 2 && wait <= full);
        assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_NOTHING);
        assert_string_equal(column("access_token", "breaker"), i < 4 ? "closed" : "open");
        time_passes(full + 1);
    }
    sim("/sim/faults/clear", "{}");
    assert_int_equal(refresh(CREDENTIAL_TOKEN), CREDENTIAL_RENEWED);
    assert_int_equal(number("access_token", "fail_streak"), 0);
    assert_string_equal(column("access_token", "breaker"), "closed");
}

TEST(a_days_limit_waits_for_midnight_in_china) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/stable_token\",\"kind\":\"errcode\",\"errcode\":45009,\"count\":0}");
    assert_int_equal(refresh_fails(CREDENTIAL_TOKEN).kind, ERR_BUSY);
    assert_string_equal(column("access_token", "next_try_at - (date_trunc('day', now() at time zone 'Asia/Shanghai')"
                                               " + interval '1 day') at time zone 'Asia/Shanghai'"
                                               " between interval '-1 s' and interval '901 s'"),
                        "true");
}

/* Everything that can be wrong, for hours on end: never more than the budget. */
TEST(a_storm_of_refusals_stays_within_the_budget) {
    sim("/sim/faults", "{\"path\":\"*\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":0}");
    for (int i = 0; i < 200; i++) {
        struct wx_tools tools = tools_of("one");
        enum credential_outcome outcome;
        credential_refresh(&tools, account, CREDENTIAL_TOKEN, true, &outcome, NULL);
        test_sql(NULL, "update kaquan.credential set (lease_until, breaker_until) = (null, null)");
    }
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 48);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage"), 48);
    assert_int_equal(test_number(NULL, "select (refusals ->> '-1')::int from kaquan.api_usage"), 48);
}

TEST(garbage_leaves_the_old_token_in_place) {
    static const char *const faults[] = {
        "{\"path\":\"*\",\"kind\":\"garbage\"}",
        "{\"path\":\"*\",\"kind\":\"cut\",\"bytes\":40}",
        "{\"path\":\"*\",\"kind\":\"redirect\",\"location\":\"http://127.0.0.1:9/\"}",
        "{\"path\":\"*\",\"kind\":\"http_status\",\"status\":502,\"body\":\"<html>\"}",
        "{\"path\":\"*\",\"kind\":\"raw\",\"body\":\"<html>hotel</html>\"}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"expires_in\":0}}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"expires_in\":\"7200\"}}",
        "{\"path\":\"*\",\"kind\":\"patch\",\"set\":{\"access_token\":\"\"}}",
        "{\"path\":\"*\",\"kind\":\"flood\",\"bytes\":1000000}",
        "{\"path\":\"*\",\"kind\":\"drop\"}",
    };
    struct wx_tools tools = tools_of("one");
    char fingerprint[FINGERPRINT_LEN + 1];
    refresh(CREDENTIAL_TOKEN);
    text_copy(fingerprint, sizeof fingerprint, column("access_token", "fingerprint"));
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        enum credential_outcome outcome;
        struct err err = {0};
        sim("/sim/faults", faults[i]);
        if (credential_refresh(&tools, account, CREDENTIAL_TOKEN, true, &outcome, &err))
            fail_msg("taken: %s", faults[i]);
        assert_true(err.kind == ERR_PROTOCOL || err.kind == ERR_UNAVAILABLE);
        assert_string_equal(column("access_token", "fingerprint"), fingerprint);
        assert_true(around(seconds_left(CREDENTIAL_TOKEN), 7140));
        assert_string_equal(column("access_token", "breaker"), i < 2 ? "closed" : "open");
        sim("/sim/faults/clear", "{}");
        test_sql(NULL, "update kaquan.credential set breaker_until = now()");
        if (i >= 1)
            test_sql(NULL, "update kaquan.credential set breaker_until = now(), fail_streak = %d", i == 1 ? 2 : 9);
    }
}

/* --- calls with a token --- */

TEST(a_call_fetches_its_token_by_itself) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_non_null(cJSON_GetObjectItem(reply.json, "ip_list"));
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
}

TEST(an_old_token_is_refreshed_once_and_the_call_repeated_once) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/token/refresh", "{\"appid\":\"" APPID "\",\"chain\":\"stable\",\"cut\":true}");
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
    assert_int_equal(number("access_token", "epoch"), 2);
}

TEST(a_newer_token_is_not_made_suspect) {
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    test_sql(NULL, "update kaquan.credential set epoch = 7 where kind = 'access_token'");
    assert_true(credential_suspect(db, account, CREDENTIAL_TOKEN, 6, &err));
    assert_string_equal(column("access_token", "suspect_epoch"), "");
    assert_true(credential_suspect(db, account, CREDENTIAL_TOKEN, 7, &err));
    assert_string_equal(column("access_token", "suspect_epoch"), "7");
}

TEST(a_fresh_token_that_is_rejected_stops_everybody_for_a_minute) {
    static const int errcodes[] = {40001, 42001, 40014};
    for (size_t i = 0; i < ARRAY_LEN(errcodes); i++) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        struct err err = {0};
        char fault[128];
        fresh_account(NULL);
        refresh(CREDENTIAL_TOKEN);
        snprintf(fault, sizeof fault,
                 "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":%d,\"count\":0}",
                 errcodes[i]);
        sim("/sim/faults", fault);
        assert_false(call(&reply, &err));
        assert_int_equal(err.errcode, errcodes[i]);
        assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
        assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
        assert_false(call(&reply, &err));
        assert_int_equal(err.kind, ERR_BUSY);
        assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 2);
        assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    }
}

TEST(a_token_rejected_a_minute_apart_is_replaced_by_force) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/faults",
        "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":40001,\"count\":3}");
    assert_false(call(&reply, &err));
    assert_int_equal(number("access_token", "epoch"), 1);
    time_passes(61);
    assert_false(call(&reply, &err)); /* suspect: confirmed by WeChat, and rejected again */
    assert_string_equal(column("access_token", "force_wanted"), "true");
    time_passes(61);
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(number("access_token", "epoch"), 2);
    assert_int_equal(number("access_token", "forced_used"), 1);
    assert_string_equal(column("access_token", "force_wanted"), "false");
}

TEST(a_busy_wechat_is_asked_three_times) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    sim("/sim/faults", "{\"path\":\"/cgi-bin/get_api_domain_ip\",\"kind\":\"errcode\",\"errcode\":-1,\"count\":2}");
    if (!call(&reply, &err))
        fail_msg("%s", err.text);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 3);
    assert_int_equal(test_number(NULL, "select calls from kaquan.api_usage where endpoint like '%%domain_ip'"), 3);
}

static bool create(struct wx_reply *reply, struct err *err) {
    AUTO_BUF struct buf body = {0};
    struct wx_tools tools = tools_of("one");
    struct wx wx;
    buf_text(&body, "{\"card\":{}}");
    assert_true(wx_open(&wx, &tools, account, err));
    return wx_call(&wx, WX_CARD_CREATE, &body, reply, err);
}

TEST(a_create_without_an_answer_is_never_repeated) {
    static const char *const faults[] = {
        "{\"path\":\"/card/create\",\"kind\":\"drop\",\"applied\":true,\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"cut\",\"bytes\":5,\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"garbage\",\"count\":0}",
        "{\"path\":\"/card/create\",\"kind\":\"http_status\",\"status\":502,\"count\":0}",
    };
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        struct err err = {0};
        fresh_account(NULL);
        sim("/sim/faults", faults[i]);
        assert_false(create(&reply, &err));
        assert_int_equal(err.kind, ERR_UNAVAILABLE);
        assert_non_null(strstr(err.text, "outcome unknown: look before repeating"));
        assert_int_equal(calls_of("/card/create"), 1);
        sim("/sim/faults/clear", "{}");
    }
}

TEST(a_days_limit_stops_the_endpoint_and_no_other) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    sim("/sim/faults", "{\"path\":\"/card/create\",\"kind\":\"errcode\",\"errcode\":45009,\"count\":0}");
    assert_false(create(&reply, &err));
    assert_int_equal(err.kind, ERR_BUSY);
    assert_false(create(&reply, &err));
    assert_int_equal(err.kind, ERR_BUSY);
    assert_int_equal(reply.class, WX_OK);
    assert_int_equal(calls_of("/card/create"), 1);
    assert_true(call(&reply, &err));
    sim("/sim/faults/clear", "{}");
    test_sql("kaquan_worker", "select kaquan.credential_retry(%d, false)", (int)account);
    assert_false(create(&reply, &err));
    assert_int_equal(calls_of("/card/create"), 2);
}

TEST(a_refused_host_makes_no_calls) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/settings", "{\"whitelist_everywhere\":true}");
    sim("/sim/account", "{\"appid\":\"" APPID "\",\"secret\":\"" SECRET "\",\"whitelist\":[\"203.0.113.9\"]}");
    assert_false(call(&reply, &err));
    assert_int_equal(err.errcode, 61004);
    assert_false(call(&reply, &err));
    assert_int_equal(err.kind, ERR_PERMISSION);
    assert_int_equal(calls_of("/cgi-bin/get_api_domain_ip"), 1);
    assert_string_equal(test_sql(NULL, "select address from kaquan.whitelist_check order by id desc limit 1"),
                        "127.0.0.1");
}

/* --- the api_ticket's life --- */

static void set_mode(const char *json) {
    sim("/sim/settings", json);
}

TEST(the_first_api_ticket_is_of_unknown_age) {
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_RENEWED);
    assert_string_equal(column("api_ticket", "age_known"), "false");
    assert_true(around(seconds_left(CREDENTIAL_TICKET), 7200));
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 1);
}

TEST(a_repeated_api_ticket_is_never_extended) {
    refresh(CREDENTIAL_TICKET);
    time_passes(1000);
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_CONFIRMED);
    assert_int_equal(number("api_ticket", "epoch"), 1);
    assert_true(around(seconds_left(CREDENTIAL_TICKET), 6200));
}

/* Asks whenever it is due, for `seconds`, in steps. */
static void watch(double seconds, double step) {
    for (double t = 0; t < seconds; t += step) {
        time_passes(step);
        refresh(CREDENTIAL_TICKET);
    }
}

/* The day in China is then so many hours old. */
static void day_is_old(int hours) {
    test_sql(
        NULL,
        "update kaquan.test_clock set ahead = 86400 - 28800 - mod(date_part('epoch', now())::int, 86400) + 3600 * %d",
        hours);
}

TEST(an_api_ticket_of_unknown_age_is_revoked_when_it_changes) {
    day_is_old(12);
    set_mode("{\"ticket_mode\":\"fixed\",\"ticket_age\":6600}");
    refresh(CREDENTIAL_TICKET);
    watch(840, 30);
    assert_int_equal(number("api_ticket", "epoch"), 2);
    assert_string_equal(column("api_ticket", "age_known"), "true");
    assert_true(test_number(NULL, "select count(*) from kaquan.credential_history where kind = 'api_ticket'"
                                  " and epoch = 1 and revoked_at is not null") == 1);
}

/* How long there has been no valid api_ticket. What we believe is never more than what the simulator knows. */
static double missing_ticket(void) {
    cJSON *all = sim_get("/sim/stats");
    const cJSON *ticket = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(all, "accounts"), APPID), "tickets"), "wx_card");
    double left = cJSON_GetObjectItem(ticket, "left")->valuedouble;
    double ours = seconds_left(CREDENTIAL_TICKET);
    bool known = strcmp(column("api_ticket", "age_known"), "true") == 0;
    cJSON_Delete(all);
    if (known && ours > 0 && ours > left + 2)
        fail_msg("we believe in %.0f s, WeChat in %.0f", ours, left);
    return ours < 0 ? -ours : 0;
}

/* To the time when something is due, in whole steps: 1 s is a worker that stays, 60 s one run by cron. */
static double go_on(double step) {
    double due = (double)test_number(NULL, "select greatest(0, ceil(extract(epoch from"
                                           " min(kaquan.credential_due_at(c)) - now())))::bigint"
                                           " from kaquan.credential c");
    double steps = fmin(fmax(ceil(due / step), 1), 3600 / step);
    time_passes(steps * step);
    return steps * step;
}

/* `least`: what the old api_ticket had left when a new one came. */
static double live_until(double end, double *t, double step, double *least) {
    double gap = 0;
    *least = 7200;
    while (*t < end) {
        *t += go_on(step);
        gap = fmax(gap, missing_ticket());
        refresh(CREDENTIAL_TOKEN);
        double left = seconds_left(CREDENTIAL_TICKET);
        if (refresh(CREDENTIAL_TICKET) == CREDENTIAL_RENEWED)
            *least = fmin(*least, left);
    }
    return gap;
}

/* Three days, beginning at midnight in China: the longest time without a valid api_ticket, on the first and later.
 * `least`: what the old one had left then at least. The first day spends much on learning, and the first api_ticket
 * of the second is asked for as the day before could afford it. */
enum { LEARNING, LATER, TIMES };
static void live(const char *mode, double step, double first_day, double later, double least[TIMES]) {
    double t = 0, gap, turn;
    day_is_old(0);
    set_mode(mode);
    refresh(CREDENTIAL_TICKET);
    if ((gap = live_until(86400, &t, step, &least[LEARNING])) > first_day)
        fail_msg("no api_ticket for %.0f s on the first day", gap);
    gap = live_until(86400 + 7200, &t, step, &turn);
    least[LEARNING] = fmin(least[LEARNING], turn);
    if ((gap = fmax(gap, live_until(3 * 86400, &t, step, &least[LATER]))) > later)
        fail_msg("no api_ticket for %.0f s", gap);
    assert_true(number("api_ticket", "epoch") >= 34);
    assert_string_equal(column("api_ticket", "age_known"), "true");
    if (test_number(NULL, "select max(calls) from kaquan.api_usage where endpoint like '%%getticket'") > 60)
        fail_msg("more than 60 calls in a day");
    if (test_number(NULL, "select max(calls) from kaquan.api_usage where endpoint like '%%stable_token'") > 48)
        fail_msg("more than 48 calls in a day");
}

/* The overlap is 300 s. Cards are handed out until the margin of 120 s: the rest is for the fill. */
TEST(with_overlap_there_is_an_api_ticket_at_every_moment) {
    static const double needed[TIMES] = {[LEARNING] = 120 + 15, [LATER] = 120 + 45};
    double least[TIMES];
    live("{\"ticket_mode\":\"overlap\",\"ticket_age\":3000}", 1, 1, 0, least);
    assert_true(number("api_ticket", "successor_lead_s") > 60);
    for (int i = 0; i < TIMES; i++)
        if (least[i] < needed[i])
            fail_msg("the next api_ticket came %.0f s before the end%s", least[i], i == LEARNING ? " at first" : "");
}

TEST(with_fixed_windows_the_gap_is_short) {
    double least[TIMES];
    live("{\"ticket_mode\":\"fixed\",\"ticket_age\":3000}", 1, 62, 12, least);
    assert_true(number("api_ticket", "successor_lead_s") <= 5);
}

TEST(a_worker_run_by_cron_every_minute_does_nearly_as_well) {
    double least[TIMES];
    live("{\"ticket_mode\":\"overlap\",\"ticket_age\":0}", 60, 1, 0, least);
}

/* --- answers that take long --- */

/* WeChat with fixed windows on a clock of its own: the next api_ticket is born when one is asked for after the end.
 */
struct windows {
    double now, ends;
    int count, asked;
};

static const struct secret *windows_answer(struct windows *w, struct secret *value) {
    char text[64];
    if (w->now >= w->ends) {
        w->ends = w->now + 7200;
        w->count++;
    }
    secret_set(value, text, (size_t)snprintf(text, sizeof text, "api-ticket-%08d", w->count));
    return value;
}

static void windows_go_on(struct windows *w, double seconds) {
    time_passes(seconds);
    w->now += seconds;
}

/* One question, when it is due; its answer takes up to 9 s, now more, now less. Returns how long there was no valid
 * api_ticket before a new one came. */
static double windows_ask(struct windows *w) {
    struct wx_tools tools = tools_of("one");
    AUTO_LEASE struct credential_lease lease = {0};
    AUTO_SECRET struct secret value = {0};
    enum credential_outcome outcome = CREDENTIAL_NOTHING;
    struct err err = {0};
    double seconds = w->asked++ * 7 % 10;
    bool taken;
    if (!credential_acquire(&tools, account, CREDENTIAL_TICKET, false, &lease, &taken, &err))
        fail_msg("%s", err.text);
    if (!taken)
        return 0;
    windows_go_on(w, seconds);
    lease.started -= seconds;
    double missing = (double)number("api_ticket", "extract(epoch from now() - valid_until)");
    if (!credential_store(&tools, &lease, windows_answer(w, &value), 7200, &outcome, &err))
        fail_msg("%s", err.text);
    return outcome == CREDENTIAL_RENEWED ? fmax(missing, 0) : 0;
}

/* The longest time without a valid api_ticket in a day and a half that begins at this hour. */
static double longest_gap(int hour) {
    struct windows w = {0};
    double gap = 0;
    fresh_account(NULL);
    day_is_old(hour);
    while (w.now < 1.5 * 86400) {
        gap = fmax(gap, windows_ask(&w));
        double due =
            (double)number("api_ticket", "ceil(extract(epoch from kaquan.credential_due_at(credential) - now()))");
        windows_go_on(&w, fmin(fmax(due, 1), 600));
    }
    return gap;
}

TEST(with_slow_answers_the_days_questions_last_until_midnight) {
    for (int hour = 0; hour < 24; hour += 2) {
        double gap = longest_gap(hour);
        if (gap > 300)
            fail_msg("begun at %d: no api_ticket for %.0f s", hour, gap);
    }
}

TEST(an_api_ticket_that_wechat_replaces_early_is_revoked) {
    day_is_old(12);
    set_mode("{\"ticket_mode\":\"fixed\",\"ticket_age\":7000}");
    refresh(CREDENTIAL_TICKET);
    watch(360, 60);
    assert_string_equal(column("api_ticket", "age_known"), "true");
    assert_int_equal(number("api_ticket", "epoch"), 2);
    time_passes(1000);
    sim("/sim/ticket/revoke", "{\"appid\":\"" APPID "\"}");
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_NOTHING); /* nobody knows yet */
    test_sql(NULL, "update kaquan.credential set suspect_epoch = epoch where kind = 'api_ticket'");
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_RENEWED);
    assert_true(test_number(NULL, "select count(*) from kaquan.credential_history where kind = 'api_ticket'"
                                  " and epoch = 2 and revoked_at is not null") == 1);
}

TEST(a_stale_token_costs_the_api_ticket_one_more_round) {
    refresh(CREDENTIAL_TOKEN);
    sim("/sim/token/refresh", "{\"appid\":\"" APPID "\",\"chain\":\"stable\",\"cut\":true}");
    assert_int_equal(refresh(CREDENTIAL_TICKET), CREDENTIAL_RENEWED);
    assert_int_equal(calls_of("/cgi-bin/ticket/getticket"), 2);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
    assert_int_equal(number("api_ticket", "fail_streak"), 0);
}

TEST(a_ticket_endpoint_that_rejects_every_token_is_left_alone) {
    sim("/sim/faults", "{\"path\":\"/cgi-bin/ticket/getticket\",\"kind\":\"errcode\",\"errcode\":40001,\"count\":0}");
    refresh(CREDENTIAL_TOKEN);
    time_passes(100);
    for (int i = 0; i < 50; i++) {
        struct wx_tools tools = tools_of("one");
        enum credential_outcome outcome;
        credential_refresh(&tools, account, CREDENTIAL_TICKET, false, &outcome, NULL);
    }
    assert_int_equal(calls_of("/cgi-bin/ticket/getticket"), 2);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 2);
}

/* --- the account changes --- */

TEST(another_appid_forgets_the_old_values) {
    refresh(CREDENTIAL_TICKET);
    test_sql(NULL, "update kaquan.account set appid = 'wxfedcba9876543210'");
    assert_string_equal(column("access_token", "sealed is null"), "true");
    assert_string_equal(column("api_ticket", "sealed is null"), "true");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential_history where kind = 'api_ticket'"
                                       " and revoked_at is not null"),
                     1);
}

TEST(a_secret_for_another_key_blocks_this_host_only) {
    struct err err;
    test_sql(NULL, "update kaquan.account set secret = 'nonsense'");
    err = refresh_fails_as("one", CREDENTIAL_TOKEN);
    assert_non_null(strstr(err.text, "AppSecret"));
    assert_string_equal(test_sql(NULL, "select host from kaquan.host_block"), "one");
    assert_int_equal(refresh_as("one", CREDENTIAL_TOKEN, false), CREDENTIAL_NOTHING);
    assert_int_equal(calls_of("/cgi-bin/stable_token"), 0);
}

/* On scaled time everything is the same, only sooner. */
TEST(durations_are_divided_by_the_time_scale) {
    test_sql(NULL, "update kaquan.site set time_scale = 100");
    refresh(CREDENTIAL_TICKET);
    assert_true(fabs(seconds_left(CREDENTIAL_TOKEN) - 71.4) < 1);
    assert_true(fabs(seconds_left(CREDENTIAL_TICKET) - 72) < 1);
    test_sql(NULL, "update kaquan.site set time_scale = 1");
}

int main(void) {
#define T(name) cmocka_unit_test_setup(name, fresh_account)
    const struct CMUnitTest tests[] = {
        T(a_new_account_gets_a_token_once),
        T(a_token_is_asked_for_in_its_last_290_seconds),
        T(the_same_token_early_is_not_a_new_epoch),
        T(a_classic_account_uses_the_other_endpoint),
        T(sixteen_workers_make_one_refresh),
        T(a_paused_holder_is_fenced_off),
        T(a_fenced_off_classic_answer_makes_the_stored_token_suspect),
        T(a_paused_holder_cannot_note_a_failure),
        T(a_dead_holder_leaves_only_a_lease_that_ends),
        T(a_host_that_is_not_whitelisted_leaves_the_work_to_another),
        T(a_wrong_secret_opens_the_breaker_until_it_is_corrected),
        T(a_missing_permission_waits_for_the_operator),
        T(trouble_is_tried_again_ever_more_slowly),
        T(a_days_limit_waits_for_midnight_in_china),
        T(a_storm_of_refusals_stays_within_the_budget),
        T(garbage_leaves_the_old_token_in_place),
        T(a_call_fetches_its_token_by_itself),
        T(an_old_token_is_refreshed_once_and_the_call_repeated_once),
        T(a_newer_token_is_not_made_suspect),
        T(a_fresh_token_that_is_rejected_stops_everybody_for_a_minute),
        T(a_token_rejected_a_minute_apart_is_replaced_by_force),
        T(a_busy_wechat_is_asked_three_times),
        T(a_create_without_an_answer_is_never_repeated),
        T(a_days_limit_stops_the_endpoint_and_no_other),
        T(a_refused_host_makes_no_calls),
        T(the_first_api_ticket_is_of_unknown_age),
        T(a_repeated_api_ticket_is_never_extended),
        T(an_api_ticket_of_unknown_age_is_revoked_when_it_changes),
        T(with_overlap_there_is_an_api_ticket_at_every_moment),
        T(with_fixed_windows_the_gap_is_short),
        T(a_worker_run_by_cron_every_minute_does_nearly_as_well),
        T(with_slow_answers_the_days_questions_last_until_midnight),
        T(an_api_ticket_that_wechat_replaces_early_is_revoked),
        T(a_stale_token_costs_the_api_ticket_one_more_round),
        T(a_ticket_endpoint_that_rejects_every_token_is_left_alone),
        T(another_appid_forgets_the_old_values),
        T(a_secret_for_another_key_blocks_this_host_only),
        T(durations_are_divided_by_the_time_scale),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
