/* The api_ticket in all of its modes, over days: how long there is none, and when what it signed is revoked. */
#include "credential.h"

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

int main(void) {
#define T(name) cmocka_unit_test_setup(name, fresh_account)
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
