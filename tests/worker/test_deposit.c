/* Codes are deposited at WeChat: each once, seen to be there, and the stock is raised last; also when the worker
 * dies, answers get lost, or WeChat loses codes. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 250 };
static const double SECONDS = 30;

/* --- the scene --- */

static bool is_approved(void *scene) {
    const struct scene *s = scene;
    rehearsal_worker(0, "run");
    return test_number(NULL, "select count(*) from kaquan.template where id = %d and status = 'approved'",
                       s->template_id) > 0;
}

static struct scene new_scene(const char *key) {
    struct scene s = rehearsal_template("stock", key, "deposit", 100, 10);
    test_wait_until(is_approved, &s, SECONDS);
    text_copy(s.card_id, sizeof s.card_id,
              test_sql(NULL, "select card_id from kaquan.template where id = %d", s.template_id));
    return s;
}

static void import_text(const struct scene *s, const char *text) {
    AUTO_OUTPUT struct test_output o = test_worker_run(&(struct test_run){.input = text},
                                                       (const char *const[]){"pool", "import", s->key, "-", NULL});
    assert_int_equal(o.exit_code, 0);
}

static void import(const struct scene *s, int count) {
    AUTO_BUF struct buf file = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&file, "%sD%06d\n", s->key, i);
    import_text(s, buf_str(&file));
}

static void queue(const struct scene *s) {
    char line[80];
    snprintf(line, sizeof line, "pool deposit %s", s->key);
    rehearsal_worker(0, line);
}

static int run(void) {
    AUTO_OUTPUT struct test_output o = rehearsal_output("run code_deposit");
    return o.exit_code;
}

static bool is_done(void *scene) {
    const struct scene *s = scene;
    test_sql(NULL, "update kaquan.job set lease_until = now() - interval '1 s' where state = 'running'");
    run();
    return test_number(
               NULL,
               "select count(*) from kaquan.job where kind = 'code_deposit' and template_id = %d and state = 'done'",
               s->template_id) > 0;
}

static void deposit(struct scene *s) {
    queue(s);
    test_wait_until(is_done, s, SECONDS);
}

static void fault(const char *json) {
    cJSON_Delete(sim_post("/sim/faults", json));
}

static void setting(const char *json) {
    cJSON_Delete(sim_post("/sim/settings", json));
}

/* --- what is there --- */

/* A number of the card as the simulator has it. */
static int at_wechat(const struct scene *s, const char *name) {
    cJSON *answer = sim_get("/sim/cards");
    const cJSON *card;
    int number = -1;
    cJSON_ArrayForEach(
        card, cJSON_GetObjectItem(answer, "cards")) if (strcmp(cJSON_GetObjectItem(card, "card_id")->valuestring,
                                                               s->card_id) == 0) number =
        cJSON_GetObjectItem(card, name)->valueint;
    cJSON_Delete(answer);
    return number;
}

static int most_at_once(const char *path) {
    cJSON *answer;
    const cJSON *calls = cJSON_GetObjectItem(rehearsal_stats("stock", &answer), "calls");
    int most = cJSON_GetObjectItem(cJSON_GetObjectItem(calls, path), "max_in_flight")->valueint;
    cJSON_Delete(answer);
    return most;
}

static int64_t codes_in(const struct scene *s, const char *state) {
    AUTO_OUTPUT struct test_output o = test_worker("pool", "codes", s->key, "--plain");
    char line[40];
    snprintf(line, sizeof line, "%s\t", state);
    const char *at = strstr(buf_str(&o.out), line);
    return at ? strtoll(at + strlen(line), NULL, 10) : -1; /* -1: no such line */
}

/* All `count` codes are there, once, and may be handed out. */
static void all_deposited(const struct scene *s, int count) {
    assert_int_equal(codes_in(s, "deposited"), count);
    assert_int_equal(codes_in(s, "imported") + codes_in(s, "depositing"), 0);
    assert_int_equal(codes_in(s, "conflict") + codes_in(s, "rejected"), 0);
    assert_int_equal(at_wechat(s, "deposited"), count);
    assert_int_equal(at_wechat(s, "total"), count);
    assert_int_equal(test_number(NULL, "select stock from kaquan.template where id = %d", s->template_id), count);
}

/* --- all goes well --- */

TEST(codes_are_deposited_and_confirmed_and_cards_can_be_added) {
    struct scene s = new_scene("well");
    assert_string_equal(
        test_sql(NULL, "select state from kaquan.pool_forecast where template_id = %d", s.template_id), "no stock");
    import(&s, CODES);
    assert_int_equal(codes_in(&s, "imported"), CODES);
    deposit(&s);
    all_deposited(&s, CODES);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "w1");
    assert_string_equal(a.outcome, "ok");
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    deposit(&s); /* again: nothing is left to do */
    all_deposited(&s, CODES);
}

TEST(more_codes_raise_the_stock_by_their_number) {
    struct scene s = new_scene("more");
    import(&s, 30);
    deposit(&s);
    all_deposited(&s, 30);
    import_text(&s, "X1\nX2\n");
    test_sql(NULL, "delete from kaquan.job where kind = 'code_deposit'");
    deposit(&s);
    all_deposited(&s, 32);
}

/* The stock is raised already; the new codes sort before the others. */
TEST(codes_imported_while_others_are_deposited_go_with_them) {
    struct scene s = new_scene("while");
    import(&s, 30);
    queue(&s);
    pid_t pid = rehearsal_stopped("deposit_after_stock:1:stop", "run code_deposit");
    import_text(&s, "A1\nA2\n");
    queue(&s);
    assert_int_equal(test_end(pid, SIGCONT, SECONDS), 0);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.job where kind = 'code_deposit' and template_id = %d",
                                 s.template_id),
                     1);
    all_deposited(&s, 32);
}

static bool waits_for_a_lock(void *context UNUSED) {
    return test_number(NULL, "select count(*) from pg_stat_activity where wait_event_type = 'Lock'") > 0;
}

/* After the job's last look, before it is done. */
TEST(codes_imported_while_the_job_ends_are_deposited_too) {
    struct scene s = new_scene("end");
    import(&s, 30);
    queue(&s);
    pid_t pid = rehearsal_stopped("job_before_done:1:stop", "run code_deposit");
    import_text(&s, "B1\nB2\n");
    pid_t other = test_start(&(struct test_run){0}, test_path("KAQUAN_WORKER"),
                             (const char *const[]){"pool", "deposit", "end", NULL});
    test_wait_until(waits_for_a_lock, NULL, SECONDS);
    assert_int_equal(test_end(pid, SIGCONT, SECONDS), 0);
    assert_int_equal(test_end(other, SIGCONT, SECONDS), 0);
    assert_int_equal(run(), 0);
    all_deposited(&s, 32);
}

TEST(several_calls_are_on_their_way_at_once_and_never_more_than_eight) {
    struct scene s = new_scene("wide");
    import(&s, 3000);
    setting("{\"latency_ms\":40}");
    deposit(&s);
    setting("{\"latency_ms\":0}");
    all_deposited(&s, 3000);
    assert_in_range(most_at_once("/card/code/deposit"), 3, 8);
    assert_in_range(most_at_once("/card/code/checkcode"), 1, 8);
}

TEST(answers_without_lists_are_enough) {
    struct scene s = new_scene("old");
    import(&s, CODES);
    setting("{\"deposit_lists\":\"off\"}");
    deposit(&s);
    setting("{\"deposit_lists\":\"on\"}");
    all_deposited(&s, CODES);
}

TEST(templates_of_another_mode_are_refused) {
    rehearsal_template("stock", "other", "merchant", 100, 10);
    rehearsal_worker(65, "pool deposit other");
    rehearsal_worker(65, "pool deposit nobody");
}

/* --- the worker dies --- */

TEST(after_a_kill_at_any_point_every_code_is_deposited_once) {
    static const char *const points[] = {"deposit_recorded",   "deposit_sent",      "deposit_sent:3",
                                         "deposit_checked",    "deposit_checked:3", "deposit_before_stock",
                                         "deposit_after_stock"};
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        char key[16];
        snprintf(key, sizeof key, "kill%zu", i);
        struct scene s = new_scene(key);
        import(&s, CODES);
        queue(&s);
        setenv("KAQUAN_FAULT", points[i], 1);
        int code = run();
        unsetenv("KAQUAN_FAULT");
        if (code != 128 + SIGKILL)
            test_fail("%s was not passed: exit %d", points[i], code);
        test_wait_until(is_done, &s, SECONDS);
        all_deposited(&s, CODES);
    }
}

TEST(what_wechat_has_is_not_sent_again) {
    struct scene s = new_scene("once");
    import(&s, CODES);
    queue(&s);
    setenv("KAQUAN_FAULT", "deposit_checked:3", 1); /* of three parts all were sent by then */
    assert_int_equal(run(), 128 + SIGKILL);
    unsetenv("KAQUAN_FAULT");
    int before = rehearsal_calls("stock", "/card/code/deposit");
    test_wait_until(is_done, &s, SECONDS);
    assert_int_equal(rehearsal_calls("stock", "/card/code/deposit"), before);
    all_deposited(&s, CODES);
}

/* --- WeChat answers oddly --- */

TEST(a_lost_answer_is_no_conflict) {
    struct scene s = new_scene("lost");
    import(&s, CODES);
    fault("{\"path\":\"/card/code/deposit\",\"kind\":\"drop\",\"applied\":true,\"nth\":2}");
    deposit(&s);
    all_deposited(&s, CODES);
}

TEST(a_token_that_somebody_else_replaced_is_fetched_anew) {
    struct scene s = new_scene("token");
    char line[80];
    import(&s, CODES);
    snprintf(line, sizeof line, "{\"appid\":\"%s\",\"chain\":\"stable\"}", rehearsal_appid("stock"));
    cJSON_Delete(sim_post("/sim/token/refresh", line));
    deposit(&s);
    all_deposited(&s, CODES);
}

TEST(codes_that_wechat_loses_are_sent_again) {
    struct scene s = new_scene("lose");
    import(&s, CODES);
    setting("{\"deposit_fail_every\":7}");
    deposit(&s);
    setting("{\"deposit_fail_every\":0}");
    all_deposited(&s, CODES);
}

TEST(codes_that_are_not_seen_yet_are_asked_for_later_and_add_no_stock) {
    struct scene s = new_scene("late");
    import(&s, CODES);
    queue(&s);
    setting("{\"deposit_lag\":1000000}");
    assert_int_equal(run(), 75);
    assert_int_equal(codes_in(&s, "depositing"), CODES);
    assert_int_equal(at_wechat(&s, "total"), 0);
    setting("{\"deposit_lag\":0}");
    test_wait_until(is_done, &s, SECONDS);
    all_deposited(&s, CODES);
}

TEST(the_stock_is_never_above_what_wechat_counts) {
    struct scene s = new_scene("count");
    import(&s, CODES);
    queue(&s);
    fault("{\"path\":\"/card/code/getdepositcount\",\"kind\":\"patch\",\"set\":{\"count\":200},\"nth\":1}");
    assert_int_equal(run(), 75);
    assert_int_equal(at_wechat(&s, "total"), 200);
    assert_int_equal(test_number(NULL, "select stock from kaquan.template where id = %d", s.template_id), 200);
    test_wait_until(is_done, &s, SECONDS);
    all_deposited(&s, CODES);
}

TEST(a_code_that_was_there_before_we_sent_it_is_put_aside) {
    struct scene s = new_scene("theirs");
    import(&s, CODES);
    fault(
        "{\"path\":\"/card/code/deposit\",\"kind\":\"patch\",\"set\":{\"duplicate_code\":[\"theirsD000007\"]},\"count\":0}");
    deposit(&s);
    cJSON_Delete(sim_post("/sim/faults/clear", "{}"));
    assert_int_equal(codes_in(&s, "conflict"), 1);
    assert_int_equal(codes_in(&s, "deposited"), CODES - 1);
    assert_int_equal(at_wechat(&s, "total"), CODES - 1);
}

TEST(a_part_that_is_refused_for_a_code_is_halved) {
    struct scene s = new_scene("halves");
    import(&s, CODES);
    fault("{\"path\":\"/card/code/deposit\",\"kind\":\"errcode\",\"errcode\":40116,\"count\":2}");
    deposit(&s);
    all_deposited(&s, CODES);
}

TEST(a_single_code_that_is_refused_is_rejected) {
    struct scene s = new_scene("single");
    import(&s, 1);
    fault("{\"path\":\"/card/code/deposit\",\"kind\":\"errcode\",\"errcode\":40116,\"nth\":1}");
    deposit(&s);
    assert_int_equal(codes_in(&s, "rejected"), 1);
    assert_int_equal(at_wechat(&s, "total"), 0);
}

/* The last job of this template, as `job show` tells it. */
static struct test_output job_shown(const struct scene *s, const char *option) {
    char line[80];
    snprintf(line, sizeof line, "job show %" PRId64 " %s",
             test_number(NULL, "select max(id) from kaquan.job where kind = 'code_deposit' and template_id = %d",
                         s->template_id),
             option);
    return rehearsal_output(line);
}

static double part_number(const cJSON *parts, int at, const char *name) {
    return cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetArrayItem(parts, at), name));
}

static const char *part_text(const cJSON *parts, int at, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(parts, at), name));
}

TEST(a_deposit_tells_its_parts_and_what_wechat_said_of_them) {
    struct scene s = new_scene("parts");
    import(&s, CODES);
    fault("{\"path\":\"/card/code/deposit\",\"kind\":\"errcode\",\"errcode\":40073,\"nth\":1}");
    queue(&s);
    run();
    AUTO_OUTPUT struct test_output failed = job_shown(&s, "--json");
    cJSON *answer = cJSON_Parse(buf_str(&failed.out));
    const cJSON *parts = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "data"), "parts");
    assert_string_equal(part_text(parts, 0, "state"), "failing");
    assert_int_equal(part_number(parts, 0, "codes"), 100);
    assert_int_equal(part_number(parts, 0, "errcode"), 40073);
    assert_non_null(strstr(part_text(parts, 0, "said"), "invalid card id"));
    cJSON_Delete(answer);
    test_sql(
        NULL,
        "update kaquan.job set state = 'queued', run_at = now() where kind = 'code_deposit' and template_id = %d",
        s.template_id);
    test_wait_until(is_done, &s, SECONDS);
    AUTO_OUTPUT struct test_output done = job_shown(&s, "--json");
    answer = cJSON_Parse(buf_str(&done.out));
    parts = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "data"), "parts");
    assert_int_equal(cJSON_GetArraySize(parts), 3);
    double confirmed = 0;
    for (int i = 0; i < 3; i++) {
        assert_string_equal(part_text(parts, i, "state"), "done");
        assert_non_null(part_text(parts, i, "sent_at"));
        assert_null(part_text(parts, i, "said"));
        confirmed += part_number(parts, i, "confirmed");
    }
    assert_int_equal(confirmed, CODES);
    cJSON_Delete(answer);
    AUTO_OUTPUT struct test_output cut = job_shown(&s, "--json --limit 2");
    answer = cJSON_Parse(buf_str(&cut.out));
    const cJSON *record = cJSON_GetObjectItem(answer, "data");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(record, "parts")), 2);
    assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(record, "parts_total")), 3);
    cJSON_Delete(answer);
    AUTO_OUTPUT struct test_output people = job_shown(&s, "--limit 2");
    assert_non_null(strstr(buf_str(&people.err), "2 of 3 parts"));
    assert_int_equal(test_number("kaquan_operator",
                                 "select count(*) from kaquan.job_part p join kaquan.job j on"
                                 " j.id = p.job_id where j.template_id = %d",
                                 s.template_id),
                     3);
}

/* Which parts a job that began and ended so many minutes ago had in hand. */
static const char *parts_of_job(const struct scene *s, int began, int ended) {
    int64_t job = test_number(NULL,
                              "insert into kaquan.job (kind, template_id, state, created_at, finished_at) values"
                              " ('code_deposit', %d, 'done', now() - interval '%d min', now() - interval '%d min')"
                              " returning id",
                              s->template_id, began, ended);
    return test_sql(NULL, "select string_agg(said, ' ' order by said) from kaquan.job_part where job_id = %" PRId64,
                    job);
}

TEST(a_deposit_tells_the_parts_that_were_open_in_its_time) {
    struct scene s = new_scene("times");
    test_sql(NULL,
             "insert into kaquan.code_part (template_id, codes, recorded_at, confirmed_at, said)"
             " select %d, '{}', now() - interval '1 min' * p.recorded, now() - interval '1 min' * p.confirmed, p.name"
             " from (values ('early', 50, 45), ('late', 25, 15), ('open', 50, null)) p (name, recorded, confirmed)",
             s.template_id);
    assert_string_equal(parts_of_job(&s, 60, 40), "early open");
    assert_string_equal(parts_of_job(&s, 30, 10), "late open");
    test_sql(NULL, "delete from kaquan.code_part where template_id = %d", s.template_id);
}

TEST(a_part_that_was_refused_says_so_in_the_table_for_people) {
    struct scene s = new_scene("refusal");
    import(&s, 1);
    fault("{\"path\":\"/card/code/deposit\",\"kind\":\"errcode\",\"errcode\":40116,\"nth\":1}");
    deposit(&s);
    AUTO_OUTPUT struct test_output o = job_shown(&s, "");
    assert_non_null(strstr(buf_str(&o.out), "WECHAT SAID"));
    assert_non_null(strstr(buf_str(&o.out), "rejected"));
    assert_non_null(strstr(buf_str(&o.out), "40116"));
}

static bool is_rejected(void *scene) {
    run();
    return codes_in(scene, "rejected") == 3;
}

TEST(codes_that_wechat_never_shows_are_rejected_after_eight_sends) {
    struct scene s = new_scene("never");
    import(&s, 3);
    queue(&s);
    int before = rehearsal_calls("stock", "/card/code/deposit");
    setting("{\"deposit_fail_every\":1}");
    test_wait_until(is_rejected, &s, SECONDS);
    setting("{\"deposit_fail_every\":0}");
    assert_int_equal(rehearsal_calls("stock", "/card/code/deposit") - before, 8);
    assert_int_equal(at_wechat(&s, "total"), 0);
    assert_string_equal(test_sql(NULL,
                                 "select max(sends) || ' ' || count(*) filter (where confirmed_at is null)"
                                 " from kaquan.code_part where template_id = %d",
                                 s.template_id),
                        "8 0");
}

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("stock", "55555555555555555555555555555555");
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_deposited_and_confirmed_and_cards_can_be_added),
        cmocka_unit_test(more_codes_raise_the_stock_by_their_number),
        cmocka_unit_test(codes_imported_while_others_are_deposited_go_with_them),
        cmocka_unit_test(codes_imported_while_the_job_ends_are_deposited_too),
        cmocka_unit_test(several_calls_are_on_their_way_at_once_and_never_more_than_eight),
        cmocka_unit_test(answers_without_lists_are_enough),
        cmocka_unit_test(templates_of_another_mode_are_refused),
        cmocka_unit_test(after_a_kill_at_any_point_every_code_is_deposited_once),
        cmocka_unit_test(what_wechat_has_is_not_sent_again),
        cmocka_unit_test(a_lost_answer_is_no_conflict),
        cmocka_unit_test(a_token_that_somebody_else_replaced_is_fetched_anew),
        cmocka_unit_test(codes_that_wechat_loses_are_sent_again),
        cmocka_unit_test(codes_that_are_not_seen_yet_are_asked_for_later_and_add_no_stock),
        cmocka_unit_test(the_stock_is_never_above_what_wechat_counts),
        cmocka_unit_test(a_code_that_was_there_before_we_sent_it_is_put_aside),
        cmocka_unit_test(a_part_that_is_refused_for_a_code_is_halved),
        cmocka_unit_test(a_single_code_that_is_refused_is_rejected),
        cmocka_unit_test(a_deposit_tells_its_parts_and_what_wechat_said_of_them),
        cmocka_unit_test(a_deposit_tells_the_parts_that_were_open_in_its_time),
        cmocka_unit_test(a_part_that_was_refused_says_so_in_the_table_for_people),
        cmocka_unit_test(codes_that_wechat_never_shows_are_rejected_after_eight_sends),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
