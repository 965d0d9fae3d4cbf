/* The worker is killed, paused and cut off at every point that the source names by FAULT("..."); the next run
 * completes the work, and what must hold, holds. A killed worker's leases end by time: here the clock is not waited
 * for, they are made to be over. */
#include "rehearsal.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

#define SCALE 60
#define CARDS 40000 /* enough for fill_in_copy */
static const double SECONDS = 30, STORY_SECONDS = 15;

enum { POINTS_MAX = 64, POINTS_KNOWN = 12 };
static char points[POINTS_MAX][48];
static int point_count;

/* --- the points in the source --- */

/* Whose points have a story of their own: test_key.c, test_bulk.c, test_reconcile.c, test_expire.c, test_guard.c,
 * test_ask.c. */
static const char *const told_elsewhere[] = {"key_", "bulk_", "reconcile_", "expire_", "request_", "ask_"};

static void add_point(const char *name, size_t len) {
    for (size_t i = 0; i < ARRAY_LEN(told_elsewhere); i++)
        if (strncmp(name, told_elsewhere[i], strlen(told_elsewhere[i])) == 0)
            return;
    for (int i = 0; i < point_count; i++)
        if (strlen(points[i]) == len && strncmp(points[i], name, len) == 0)
            return;
    if (point_count == POINTS_MAX || len >= sizeof points[0])
        test_fail("too many FAULT points, or one with a long name");
    snprintf(points[point_count++], sizeof points[0], "%.*s", (int)len, name);
}

static void read_source(const char *path) {
    static const char mark[] = "FAULT(\"";
    char line[512];
    FILE *file = fopen(path, "re");
    if (!file)
        test_fail("cannot read %s", path);
    while (fgets(line, sizeof line, file))
        for (const char *at = line; (at = strstr(at, mark)) != NULL;) {
            at += strlen(mark);
            add_point(at, strcspn(at, "\""));
        }
    fclose(file);
}

static void read_points(const char *part) {
    char path[1300];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%.1000s/%s", test_source(), part);
    DIR *dir = opendir(path);
    if (!dir)
        test_fail("there is no source in %s", path);
    while ((entry = readdir(dir)) != NULL)
        if (strlen(entry->d_name) > 2 && strcmp(entry->d_name + strlen(entry->d_name) - 2, ".c") == 0) {
            snprintf(path, sizeof path, "%.1000s/%s/%.200s", test_source(), part, entry->d_name);
            read_source(path);
        }
    closedir(dir);
}

/* --- the scene --- */

/* Whatever moves back an epoch or a fence fails then and there. */
static const char guards[] =
    "create function only_grows() returns trigger language plpgsql as $$ begin"
    " if new.epoch < old.epoch or new.lease_fence < old.lease_fence then raise 'epoch or fence went back'; end if;"
    " if new.sealed is distinct from old.sealed and new.epoch <= old.epoch then raise 'a value without an epoch'; end if;"
    " return new; end $$;"
    "create trigger only_grows before update on kaquan.credential for each row execute function only_grows();"
    "create function fence_grows() returns trigger language plpgsql as $$ begin"
    " if new.lease_fence < old.lease_fence then raise 'the fence of a job went back'; end if; return new; end $$;"
    "create trigger fence_grows before update on kaquan.job for each row execute function fence_grows()";

static int rehearse(void **state UNUSED) {
    rehearsal_begin(SCALE, 120, "--ticket-mode", "overlap");
    test_sql(NULL, "%s", guards);
    read_points("common");
    read_points("worker");
    return 0;
}

static struct scene new_scene(const char *account, const char *key) {
    rehearsal_account(account, "44444444444444444444444444444444");
    return rehearsal_template(account, key, "merchant", CARDS, 1000);
}

/* Points of a deposit are passed with a template whose codes WeChat chooses. */
static bool is_about_deposits(const char *fault) {
    return strncmp(fault, "deposit_", 8) == 0;
}

static struct scene new_scene_for(const char *fault, const char *account, const char *key) {
    AUTO_BUF struct buf codes = {0};
    if (!is_about_deposits(fault))
        return new_scene(account, key);
    rehearsal_account(account, "44444444444444444444444444444444");
    struct scene s = rehearsal_template(account, key, "deposit", CARDS, 1000);
    for (int i = 0; i < 150; i++)
        buf_printf(&codes, "D%05d\n", i);
    AUTO_OUTPUT struct test_output o = test_worker_run(&(struct test_run){.input = buf_str(&codes)},
                                                       (const char *const[]){"pool", "import", key, "-", NULL});
    assert_int_equal(o.exit_code, 0);
    return s;
}

static void deposit_when_approved(const struct scene *s) {
    char line[80];
    snprintf(line, sizeof line, "pool deposit %s", s->key);
    if (test_number(NULL, "select count(*) from kaquan.template where id = %" PRId32 " and status = 'approved'",
                    s->template_id) > 0)
        rehearsal_worker(0, line);
}

static void leases_end(void) {
    test_sql(NULL, "update kaquan.job set lease_until = now() - interval '1 s' where state = 'running';"
                   "update kaquan.credential set lease_until = now() - interval '1 s' where lease_until > now()");
}

/* --- what must hold --- */

/* An open pool has all its cards, an unopened fill is not to be seen. */
static void pools_whole(void) {
    cJSON *pools =
        cJSON_Parse(test_sql(NULL, "select coalesce(json_agg(row_to_json(p)), '[]') from (select template_key,"
                                   " slot, fill, last_ordinal - first_ordinal + 1 as cards from kaquan.pool"
                                   " where fill is not null) p"));
    const cJSON *p;
    cJSON_ArrayForEach(p, pools) {
        int slot = cJSON_GetObjectItem(p, "slot")->valueint, fill = cJSON_GetObjectItem(p, "fill")->valueint;
        int64_t there = test_number(NULL, "select count(*) from kaquan.pool_card_%02d where fill = %d", slot, fill);
        if (there != cJSON_GetObjectItem(p, "cards")->valueint)
            test_fail("pool %s has %" PRId64 " of its cards", cJSON_GetObjectItem(p, "template_key")->valuestring,
                      there);
    }
    cJSON_Delete(pools);
}

/* And its stock is what we think it is. */
static void one_card_at_wechat(const struct scene *s) {
    int64_t stock = test_number(NULL, "select stock from kaquan.template where id = %" PRId32, s->template_id);
    cJSON *answer = sim_get("/sim/cards");
    const cJSON *card;
    int found = 0;
    cJSON_ArrayForEach(card, cJSON_GetObjectItem(answer, "cards")) {
        if (strcmp(cJSON_GetObjectItem(card, "title")->valuestring, s->key) != 0)
            continue;
        found++;
        assert_int_equal((int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(card, "total")), stock);
    }
    cJSON_Delete(answer);
    if (found != 1)
        test_fail("WeChat has %d cards of %s", found, s->key);
}

static void one_refresh_at_a_time(const char *account) {
    static const char *const paths[] = {"/cgi-bin/stable_token", "/cgi-bin/ticket/getticket"};
    cJSON *answer;
    const cJSON *calls = cJSON_GetObjectItem(rehearsal_stats(account, &answer), "calls");
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        const cJSON *most = cJSON_GetObjectItem(cJSON_GetObjectItem(calls, paths[i]), "max_in_flight");
        if (!most || most->valueint != 1)
            test_fail("%s of %s: %d calls at once", paths[i], account, most ? most->valueint : 0);
    }
    cJSON_Delete(answer);
}

static void all_is_well(const char *account, const struct scene *s) {
    struct answer a;
    char id[64];
    snprintf(id, sizeof id, "well-%.40s", s->key);
    pools_whole();
    one_card_at_wechat(s);
    one_refresh_at_a_time(account);
    a = claim(s, id);
    if (strcmp(a.outcome, "ok") != 0)
        test_fail("%s: %s", s->key, a.outcome);
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.job where account_id = %" PRId64
                                 " and (state = 'running' or error_class is not null)",
                                 s->account),
                     0);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.wx_event where account_id = %" PRId64 " and state = 'new'",
                    s->account),
        0);
}

/* --- the story: it passes every point --- */

static bool killed_by(const char *fault) {
    AUTO_OUTPUT struct test_output o = {0};
    setenv("KAQUAN_FAULT", fault, 1);
    o = rehearsal_output("run");
    unsetenv("KAQUAN_FAULT");
    if (o.exit_code != 0 && o.exit_code != 128 + SIGKILL)
        test_fail("%s: run ended with %d: %.1000s", fault, o.exit_code, buf_str(&o.err));
    return o.exit_code != 0;
}

/* The usher's notice and the stock: one card more. */
static void change(const struct scene *s) {
    char line[96];
    test_sql(NULL,
             "update kaquan.template set body = jsonb_set(body, '{card,scenic_ticket,base_info,notice}',"
             " to_jsonb(version::text)), version = version + 1 where id = %" PRId32,
             s->template_id);
    for (size_t i = 0; i < 2; i++) {
        snprintf(line, sizeof line, i ? "template push %s" : "template stock %s +1", s->key);
        AUTO_OUTPUT struct test_output o = rehearsal_output(line);
    }
}

/* A push waits; what it says does not matter here. */
static void record_push(const struct scene *s) {
    test_sql(NULL,
             "insert into kaquan.wx_event (account_id, digest, payload)"
             " values (%" PRId64 ", sha256(convert_to('%s', 'UTF8')), '%s') on conflict do nothing",
             s->account, s->key, s->key);
}

/* Submit, tokens, review, fill, a push; then a visitor asks for a fresh signature and the template is changed. False
 * when the point was not passed. */
static bool tell_story(const char *fault, const struct scene *s) {
    double deadline = clock_seconds() + STORY_SECONDS;
    struct scene copy = *s;
    record_push(s);
    while (clock_seconds() < deadline) {
        if (killed_by(fault))
            return true;
        if (is_about_deposits(fault))
            deposit_when_approved(s);
        if (!rehearsal_ready(&copy) || strcmp(claim(s, "renewed").outcome, "ok") != 0)
            continue;
        scene_renew(SCENE_BACKEND, s->key, "renewed");
        change(s);
    }
    return false;
}

static void kill_at(const char *fault, const char *account) {
    char key[48];
    snprintf(key, sizeof key, "t-%s", account);
    struct scene s = new_scene_for(fault, account, key);
    if (!tell_story(fault, &s))
        test_fail("the story never came to %s: let it pass there, too", fault);
    pools_whole();
    leases_end();
    rehearsal_fill(&s);
    rehearsal_worker(0, "run");
    all_is_well(account, &s);
    test_sql(NULL, "update kaquan.account set enabled = false where id = %" PRId64, s.account);
}

TEST(after_a_kill_at_any_point_in_the_source_the_next_run_completes_the_work) {
    if (point_count < POINTS_KNOWN)
        test_fail("only %d FAULT points were found in %s", point_count, test_source());
    for (int i = 0; i < point_count; i++) {
        char account[16];
        snprintf(account, sizeof account, "p%dx", i);
        kill_at(points[i], account);
    }
}

TEST(after_a_kill_at_the_end_of_the_second_job_the_next_run_completes_the_work) {
    kill_at("job_before_done:2", "second");
}

/* --- paused --- */

static bool is_approved(void *scene) {
    const struct scene *s = scene;
    rehearsal_worker(0, "run template_submit");
    rehearsal_worker(0, "run credential_refresh");
    rehearsal_worker(0, "run template_review");
    return test_number(NULL, "select count(*) from kaquan.template where id = %" PRId32 " and status = 'approved'",
                       s->template_id) > 0;
}

static void other_host_runs(const struct scene *s) {
    leases_end();
    setenv("KAQUAN_HOST", "gate-2", 1);
    rehearsal_fill(s);
    setenv("KAQUAN_HOST", "gate-1", 1);
}

static const char *credential_state(const struct scene *s) {
    return test_sql(
        NULL,
        "select string_agg(concat_ws(' ', kind, epoch, lease_fence, fingerprint, valid_until, last_host), ', '"
        " order by kind) from kaquan.credential where account_id = %" PRId64,
        s->account);
}

static void late_store(const char *fault, const char *account) {
    char key[48], before[512];
    snprintf(key, sizeof key, "t-%s", account);
    struct scene s = new_scene(account, key);
    pid_t late = rehearsal_stopped(fault, "run");
    other_host_runs(&s);
    text_copy(before, sizeof before, credential_state(&s));
    kill(late, SIGCONT);
    test_end(late, 0, SECONDS);
    if (strcmp(before, credential_state(&s)) != 0)
        test_fail("%s: a worker that came too late changed %s to %s", fault, before, credential_state(&s));
    all_is_well(account, &s);
    test_sql(NULL, "update kaquan.account set enabled = false where id = %" PRId64, s.account);
}

TEST(an_answer_for_a_credential_that_comes_after_the_lease_was_lost_is_thrown_away) {
    late_store("credential_after_answer:1:stop", "late1x"); /* the access_token */
    late_store("credential_after_answer:2:stop", "late2x"); /* the api_ticket, or the next question of the same run */
    late_store("credential_before_call:1:stop", "late3x");
}

TEST(a_fill_that_was_paused_does_not_replace_the_one_that_came_meanwhile) {
    struct scene s = new_scene("slow1x", "t-slow1x");
    test_wait_until(is_approved, &s, SECONDS);
    pid_t late = rehearsal_stopped("fill_before_copy:1:stop", "run");
    other_host_runs(&s);
    int64_t fill = test_number(NULL, "select fill from kaquan.pool where template_id = %" PRId32, s.template_id);
    kill(late, SIGCONT);
    test_end(late, 0, SECONDS);
    assert_int_equal(test_number(NULL, "select fill from kaquan.pool where template_id = %" PRId32, s.template_id),
                     fill);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.batch where template_id = %" PRId32, s.template_id), 1);
    all_is_well("slow1x", &s);
}

TEST(a_fill_whose_backend_is_terminated_is_done_by_the_next_run) {
    struct scene s = new_scene("cut1x", "t-cut1x");
    test_wait_until(is_approved, &s, SECONDS);
    pid_t worker = rehearsal_stopped("fill_in_copy:1:stop", "run");
    assert_int_equal(test_number(NULL, "select count(pg_terminate_backend(pid)) from pg_stat_activity where"
                                       " application_name = 'kaquan-worker' and datname = current_database()"),
                     1);
    kill(worker, SIGCONT);
    assert_int_equal(test_end(worker, 0, SECONDS), 69);
    pools_whole();
    assert_string_equal(claim(&s, "cut").outcome, "empty");
    leases_end();
    rehearsal_fill(&s);
    all_is_well("cut1x", &s);
}

TEST(serve_ends_in_the_middle_of_a_fill_and_leaves_no_lease) {
    struct scene s = new_scene("term1x", "t-term1x");
    pid_t worker = rehearsal_stopped("fill_in_copy:1:stop", "serve");
    kill(worker, SIGTERM);
    kill(worker, SIGCONT);
    assert_int_equal(test_end(worker, 0, 20), 128 + SIGTERM);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.job where state = 'running'"), 0);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.credential where lease_until > now()"), 0);
    rehearsal_fill(&s);
    all_is_well("term1x", &s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_kill_at_any_point_in_the_source_the_next_run_completes_the_work),
        cmocka_unit_test(after_a_kill_at_the_end_of_the_second_job_the_next_run_completes_the_work),
        cmocka_unit_test(an_answer_for_a_credential_that_comes_after_the_lease_was_lost_is_thrown_away),
        cmocka_unit_test(a_fill_that_was_paused_does_not_replace_the_one_that_came_meanwhile),
        cmocka_unit_test(a_fill_whose_backend_is_terminated_is_done_by_the_next_run),
        cmocka_unit_test(serve_ends_in_the_middle_of_a_fill_and_leaves_no_lease),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
