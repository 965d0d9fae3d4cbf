#include "rehearsal.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

static const double READY_SECONDS = 30, ASK_AGAIN_SECONDS = 0.1;

static char directory[40];

const char *rehearsal_file(const char *name) {
    static char paths[8][96];
    static int next;
    next = (next + 1) % 8;
    snprintf(paths[next], sizeof paths[next], "%s/%s", directory, name);
    return paths[next];
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        test_fail("cannot write %s", path);
}

/* --- commands --- */

static void split(char *words, const char *arguments[32]) {
    size_t n = 0;
    for (char *word; (word = strsep(&words, " ")) != NULL;)
        if (*word != '\0' && n < 31)
            arguments[n++] = word;
    arguments[n] = NULL;
}

static struct test_output output_of(const char *user, const char *input, const char *line) {
    const char *arguments[32];
    char words[1024];
    snprintf(words, sizeof words, "%s", line);
    split(words, arguments);
    return test_worker_run(&(struct test_run){.user = user, .input = input}, arguments);
}

static void command(int code, const char *input, const char *line) {
    AUTO_OUTPUT struct test_output o = output_of(NULL, input, line);
    if (o.exit_code != code)
        test_fail("kaquan-worker %s: exit %d, not %d: %.1500s", line, o.exit_code, code, buf_str(&o.err));
}

void rehearsal_worker(int code, const char *line) {
    command(code, NULL, line);
}

struct test_output rehearsal_output(const char *line) {
    return output_of(NULL, NULL, line);
}

struct test_output rehearsal_reading(const char *input, const char *line) {
    return output_of(NULL, input, line);
}

void rehearsal_killed(const char *fault, const char *kind) {
    char line[80];
    snprintf(line, sizeof line, "run %s", kind);
    setenv("KAQUAN_FAULT", fault, 1);
    rehearsal_worker(128 + SIGKILL, line);
    unsetenv("KAQUAN_FAULT");
    test_sql(NULL, "update kaquan.job set lease_until = now() - interval '1 s' where state = 'running'");
}

pid_t rehearsal_serve(const char *log) {
    char line[400];
    snprintf(line, sizeof line, "exec '%s' serve > '%s' 2>&1", test_path("KAQUAN_WORKER"), rehearsal_file(log));
    return test_start(&(struct test_run){0}, "/bin/sh", (const char *const[]){"-c", line, NULL});
}

static bool is_stopped(void *context) {
    char path[64], text[256] = "";
    const char *state;
    snprintf(path, sizeof path, "/proc/%d/stat", *(pid_t *)context);
    FILE *file = fopen(path, "re");
    bool there = file && fgets(text, sizeof text, file);
    if (file)
        fclose(file);
    state = strrchr(text, ')');
    if (!there || (state && state[2] == 'Z'))
        test_fail("the worker ended instead of stopping");
    return state && state[2] == 'T';
}

pid_t rehearsal_stopped(const char *fault, const char *line) {
    const char *arguments[32];
    char words[1024];
    pid_t pid;
    snprintf(words, sizeof words, "--quiet %s", line);
    split(words, arguments);
    setenv("KAQUAN_FAULT", fault, 1);
    pid = strcmp(line, "serve") == 0 ? rehearsal_serve("stopped.log")
                                     : test_start(&(struct test_run){0}, test_path("KAQUAN_WORKER"), arguments);
    unsetenv("KAQUAN_FAULT");
    test_wait_until(is_stopped, &pid, READY_SECONDS);
    return pid;
}

/* --- the scene --- */

/* WeChat's day begins with the rehearsal, else the time of day would decide how freely the worker asks: a scale that
 * is the wanted one in its first digits, and has midnight in China now. */
static double from_midnight(double scale) {
    double now = (double)time(NULL), of_day = fmod(now * scale + 28800, 86400);
    return scale > 1 ? scale + (86400 - of_day) / now : scale;
}

void rehearsal_start(double wanted_scale, int margin, const char *const *sim_options) {
    const char *options[24] = {"--scale", NULL, "--review-delay", "0", "--quiet"};
    char number[32], line[128];
    size_t n = 5;
    snprintf(number, sizeof number, "%.17g", from_midnight(wanted_scale));
    options[1] = number;
    for (; *sim_options && n < ARRAY_LEN(options) - 1; sim_options++)
        options[n++] = *sim_options;
    snprintf(directory, sizeof directory, "/tmp/kaquan-rehearsal.XXXXXX");
    if (!mkdtemp(directory))
        test_fail("no directory for the rehearsal");
    setenv("HOME", directory, 1);
    setenv("KAQUAN_KEY_FILE", rehearsal_file("worker.pem"), 1);
    setenv("KAQUAN_HOST", "gate-1", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("KAQUAN_FAULT");
    test_sim_run(options);
    test_database("rehearsal");
    /* Nothing here crashes the server, and what is measured is not its disk. */
    test_sql(NULL, "alter database %s set synchronous_commit = off", getenv("PGDATABASE"));
    test_sql_close(NULL);
    scene_login(SCENE_BACKEND);
    rehearsal_worker(0, "key new");
    snprintf(line, sizeof line, "site set time_scale %s --yes", number);
    rehearsal_worker(0, line);
    snprintf(line, sizeof line, "site set margin %ds --yes", margin);
    rehearsal_worker(0, line);
}

int rehearsal_end(void **state UNUSED) {
    char line[80];
    test_sim_stop();
    test_database_drop();
    snprintf(line, sizeof line, "rm -rf '%s'", directory);
    if (directory[0] != '\0' && (getenv("KAQUAN_TEST_KEEP") || system(line) != 0))
        print_error("%s stays\n", directory);
    directory[0] = '\0';
    return 0;
}

const char *rehearsal_appid(const char *key) {
    static char appid[4][20];
    static int next;
    next = (next + 1) % 4;
    snprintf(appid[next], sizeof appid[next], "wx%s0000000000000000", key);
    appid[next][18] = '\0';
    return appid[next];
}

void rehearsal_account(const char *key, const char *secret) {
    char line[256];
    snprintf(line, sizeof line, "{\"appid\":\"%s\",\"secret\":\"%s\"}", rehearsal_appid(key), secret);
    cJSON_Delete(sim_post("/sim/account", line));
    snprintf(line, sizeof line, "account add %s --appid %s --api-base %s --secret-file -", key, rehearsal_appid(key),
             test_sim_base());
    command(0, secret, line);
    snprintf(line, sizeof line, "backend add " SCENE_BACKEND " --account %s", key);
    rehearsal_worker(0, line);
}

/* Titles are keys: what one looks for at WeChat is found by title. */
static const char body[] =
    "{\"card\":{\"card_type\":\"%s\",\"%s\":{\"base_info\":{"
    "\"logo_url\":\"http://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/0\",\"brand_name\":\"松湖景区\","
    "\"code_type\":\"CODE_TYPE_QRCODE\",\"title\":\"%s\",\"color\":\"Color020\",\"notice\":\"入园时请出示二维码\","
    "\"description\":\"当日有效\",\"date_info\":{\"type\":\"DATE_TYPE_FIX_TIME_RANGE\",\"begin_timestamp\":1700000000,"
    "\"end_timestamp\":2000000000},\"sku\":{\"quantity\":%s},\"use_custom_code\":%s,%s\"bind_openid\":%s,"
    "\"get_limit\":50},%s}}}";

/* The template in `text`, from its file to WeChat's review. */
static struct scene submit(const char *account, const char *key, const char *text, int64_t target, int64_t low) {
    struct scene s = {0};
    char line[256];
    write_file(rehearsal_file("template.json"), text);
    snprintf(line, sizeof line, "template import %s --account %s --key %s", rehearsal_file("template.json"), account,
             key);
    rehearsal_worker(0, line);
    snprintf(line, sizeof line, "template set %s --target %" PRId64 " --low %" PRId64, key, target, low);
    rehearsal_worker(0, line);
    snprintf(line, sizeof line, "template submit %s", key);
    rehearsal_worker(0, line);
    text_copy(s.key, sizeof s.key, key);
    s.template_id = (int32_t)test_number(NULL, "select id from kaquan.template where key = '%s'", key);
    s.account = test_number(NULL, "select account_id from kaquan.template where key = '%s'", key);
    return s;
}

struct scene rehearsal_template(const char *account, const char *key, const char *mode, int64_t target, int64_t low) {
    char text[2048];
    bool bound = strcmp(mode, "bound") == 0, deposit = strcmp(mode, "deposit") == 0;
    bool custom = bound || deposit || strcmp(mode, "merchant") == 0;
    snprintf(text, sizeof text, body, "SCENIC_TICKET", "scenic_ticket", key, deposit ? "0" : "50000000",
             custom ? "true" : "false", deposit ? "\"get_custom_code_mode\":\"GET_CUSTOM_CODE_MODE_DEPOSIT\"," : "",
             bound ? "true" : "false", "\"ticket_class\":\"全价票\"");
    return submit(account, key, text, target, low);
}

struct scene rehearsal_template_of(const char *account, const char *type, const char *rest, int64_t target) {
    char text[2048], upper[32] = "";
    for (size_t i = 0; i < sizeof upper - 1 && type[i] != '\0'; i++)
        upper[i] = (char)toupper((unsigned char)type[i]);
    snprintf(text, sizeof text, body, upper, type, type, "50000000", "true", "", "false", rest);
    return submit(account, type, text, target, target / 2);
}

bool rehearsal_ready(void *scene) {
    const struct scene *s = scene;
    return test_number(NULL, "select coalesce(max(ready), 0) from kaquan.pool_status where template_id = %" PRId32,
                       s->template_id) > 0;
}

static bool run_made_cards(void *scene) {
    rehearsal_worker(0, "run");
    return rehearsal_ready(scene);
}

void rehearsal_fill(const struct scene *s) {
    struct scene copy = *s;
    test_wait_until(run_made_cards, &copy, READY_SECONDS);
}

/* --- what the simulator says --- */

static const cJSON *item(const cJSON *of, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(of, name);
}

const cJSON *rehearsal_stats(const char *account, cJSON **answer) {
    *answer = sim_get("/sim/stats");
    return item(item(*answer, "accounts"), rehearsal_appid(account));
}

int rehearsal_calls(const char *account, const char *path) {
    cJSON *answer;
    const cJSON *calls = item(item(item(rehearsal_stats(account, &answer), "calls"), path), "calls");
    int count = calls ? calls->valueint : 0;
    cJSON_Delete(answer);
    return count;
}

const char *rehearsal_ticket(const char *account) {
    static char fingerprint[4][16];
    static int next;
    cJSON *answer;
    const cJSON *ticket = item(item(rehearsal_stats(account, &answer), "tickets"), "wx_card");
    const char *text = cJSON_GetStringValue(item(ticket, "fingerprint"));
    next = (next + 1) % 4;
    text_copy(fingerprint[next], sizeof fingerprint[next], text ? text : "");
    cJSON_Delete(answer);
    return fingerprint[next];
}

bool rehearsal_accepts(const char *account, const char *fingerprint) {
    cJSON *answer;
    const cJSON *one, *ticket = item(item(rehearsal_stats(account, &answer), "tickets"), "wx_card");
    bool found = false;
    cJSON_ArrayForEach(one, item(ticket, "accepted")) found |= strcmp(one->valuestring, fingerprint) == 0;
    cJSON_Delete(answer);
    return found;
}

/* --- adding cards --- */

static cJSON *attempt(const char *card_id, const char *card_ext, const char *openid) {
    cJSON *add = cJSON_CreateObject();
    cJSON_AddStringToObject(add, "card_id", card_id);
    cJSON_AddStringToObject(add, "card_ext", card_ext);
    if (openid)
        cJSON_AddStringToObject(add, "openid", openid);
    return add;
}

const char *rehearsal_add(const char *card_id, const char *card_ext, const char *openid) {
    static char outcome[200];
    cJSON *add = attempt(card_id, card_ext, openid);
    char *text = cJSON_PrintUnformatted(add);
    cJSON *answer = sim_post("/sim/add_card", text);
    if (cJSON_IsTrue(item(answer, "ok")))
        text_copy(outcome, sizeof outcome, "ok");
    else
        snprintf(outcome, sizeof outcome, "%s%s", cJSON_GetStringValue(item(answer, "reason")),
                 cJSON_IsTrue(item(answer, "stale")) ? " (stale)" : "");
    cJSON_Delete(answer);
    cJSON_free(text);
    cJSON_Delete(add);
    return outcome;
}

void rehearsal_list(cJSON *list, const struct answer *a, const char *openid) {
    cJSON_AddItemToArray(list, attempt(a->card_id, a->card_ext, openid));
}

void rehearsal_add_all(cJSON *list) {
    int count = cJSON_GetArraySize(list);
    char *text = cJSON_PrintUnformatted(list);
    cJSON *answer = sim_post("/sim/add_cards", text);
    const cJSON *added = item(answer, "added");
    char *failures = cJSON_PrintUnformatted(item(answer, "failures"));
    if (!cJSON_IsNumber(added) || added->valueint != count)
        test_fail("%d of %d cards were accepted: %.500s", added ? added->valueint : 0, count, failures);
    cJSON_free(failures);
    cJSON_free(text);
    cJSON_Delete(answer);
}

/* --- the crowd --- */

struct crowd *rehearsal_crowd(const struct scene *s, double pause_s, double seconds) {
    struct crowd *crowd = test_shared(sizeof *crowd);
    crowd->scene = s;
    crowd->pause_s = pause_s;
    crowd->seconds = seconds;
    return crowd;
}

static struct answer call(struct crowd *crowd, int client, int request) {
    struct visit *v;
    struct answer a;
    char id[32];
    double begin = clock_seconds();
    int place = atomic_fetch_add(&crowd->calls, 1);
    if (place >= VISITS_MAX)
        test_fail("more than %d calls", VISITS_MAX);
    snprintf(id, sizeof id, "v%d-%d", client, request);
    a = scene_claim(SCENE_BACKEND, crowd->scene->key, id, NULL);
    v = &crowd->visits[place];
    v->begin = begin;
    v->client = client;
    v->request = request;
    v->retry_after = a.retry_after;
    text_copy(v->outcome, sizeof v->outcome, a.outcome);
    text_copy(v->code, sizeof v->code, a.code);
    v->end = clock_seconds(); /* a visit with an end is whole */
    return a;
}

static void visit(struct crowd *crowd, int client, int request, double deadline) {
    struct answer a = call(crowd, client, request);
    const char *outcome;
    while (strcmp(a.outcome, "ok") != 0) {
        if (clock_seconds() > deadline || !(strcmp(a.outcome, "expired") == 0 || strcmp(a.outcome, "empty") == 0))
            test_fail("visitor %d-%d got %s", client, request, a.outcome);
        clock_sleep(fmax(fmin(a.retry_after, ASK_AGAIN_SECONDS), ASK_AGAIN_SECONDS / 10));
        a = call(crowd, client, request);
    }
    outcome = rehearsal_add(a.card_id, a.card_ext, NULL);
    if (strcmp(outcome, "ok") == 0) {
        atomic_fetch_add(&crowd->added, 1);
        return;
    }
    atomic_fetch_add(&crowd->refused, 1);
    snprintf(crowd->refusal, sizeof crowd->refusal, "%d-%d: %.100s", client, request, outcome);
}

struct performance {
    struct crowd *crowd;
    int clients;
    bool (*conductor)(struct crowd *crowd);
};

static bool perform(int number, void *context) {
    const struct performance *p = context;
    struct crowd *crowd = p->crowd;
    double deadline = clock_seconds() + crowd->seconds;
    if (number == 0) {
        bool good = p->conductor(crowd);
        atomic_store(&crowd->stop, true);
        return good;
    }
    clock_sleep(crowd->pause_s * number / p->clients); /* they come evenly, not all at a time */
    for (int request = 0; !atomic_load(&crowd->stop) && clock_seconds() < deadline; request++) {
        visit(crowd, number, request, deadline + 10);
        clock_sleep(crowd->pause_s * (0.5 + (double)(request * 7 % 10) / 10));
    }
    return true;
}

void rehearsal_visit(struct crowd *crowd, int clients, bool (*conductor)(struct crowd *crowd)) {
    struct performance p = {crowd, clients, conductor};
    test_clients(clients + 1, perform, &p);
}

void rehearsal_nothing_lost(const struct crowd *crowd) {
    AUTO_BUF struct buf requests = {0}, codes = {0};
    int64_t acknowledged = 0, missing;
    for (int i = 0; i < crowd->calls; i++) {
        const struct visit *v = &crowd->visits[i];
        if (strcmp(v->outcome, "ok") != 0)
            continue;
        buf_printf(&requests, "%sv%d-%d", acknowledged ? "," : "", v->client, v->request);
        buf_printf(&codes, "%s%s", acknowledged ? "," : "", v->code);
        acknowledged++;
    }
    missing =
        test_number(NULL,
                    "select count(*) from unnest(string_to_array('%s', ','), string_to_array('%s', ',')) as v (r, c)"
                    " where not exists (select from kaquan.ticket t where t.request_id = v.r and t.code = v.c"
                    " and t.template_id = %" PRId32 ")",
                    buf_str(&requests), buf_str(&codes), crowd->scene->template_id);
    if (missing > 0)
        test_fail("%" PRId64 " of %" PRId64 " acknowledged claims have no ticket", missing, acknowledged);
    assert_int_equal(test_number(NULL,
                                 "select count(distinct code) from kaquan.ticket where template_id = %" PRId32
                                 " and request_id ~ '^v[0-9]+-'",
                                 crowd->scene->template_id),
                     acknowledged);
    if (crowd->refused > 0)
        test_fail("%d cards were refused, the last one %s", crowd->refused, crowd->refusal);
    assert_int_equal(crowd->added, acknowledged);
}

int rehearsal_outcomes(const struct crowd *crowd, const char *outcome) {
    int count = 0;
    for (int i = 0; i < crowd->calls; i++)
        count += strcmp(crowd->visits[i].outcome, outcome) == 0;
    return count;
}

static int by_end(const void *a, const void *b) {
    double x = ((const struct visit *)a)->end, y = ((const struct visit *)b)->end;
    return (x > y) - (x < y);
}

int rehearsal_gaps(struct crowd *crowd, struct gap gaps[], int most) {
    double since = 0, last = 0;
    int count = 0;
    qsort(crowd->visits, (size_t)crowd->calls, sizeof crowd->visits[0], by_end);
    for (int i = 0; i < crowd->calls && count < most; i++) {
        const struct visit *v = &crowd->visits[i];
        bool ok = strcmp(v->outcome, "ok") == 0;
        if (since <= 0 && !ok && v->begin > last)
            since = v->begin; /* a slow call that began in the gap before is none of this one */
        else if (since > 0 && ok && v->begin > since) {
            gaps[count++] = (struct gap){since, v->end};
            since = 0;
            last = v->end;
        }
    }
    return count;
}

/* Unix seconds of a line that begins as 2026-11-25T16:32:46.971Z; 0: of none. */
static double time_of_line(const char *line) {
    struct tm tm = {0};
    const char *rest = strptime(line, "%Y-%m-%dT%H:%M:%S", &tm);
    return rest ? (double)timegm(&tm) + strtod(rest, NULL) : 0;
}

void rehearsal_show(const char *log, const struct gap *gap) {
    double wall = clock_wall() - clock_seconds(), before = 1;
    char line[1024];
    FILE *file = fopen(rehearsal_file(log), "re");
    while (file && fgets(line, sizeof line, file)) {
        double at = time_of_line(line) - wall;
        if (at >= gap->begin - before && at <= gap->end)
            print_message("# %+.3f s: %s", at - gap->begin, line);
    }
    if (file)
        fclose(file);
}
