/* The api_ticket changes under a crowd. Durations are WeChat's, divided by the scale; what this machine adds (two
 * processors, sanitizers, others beside us) has to stay small beside them. */
#include "rehearsal.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define CLIENTS 32
#define THINK_SECONDS 0.8 /* of a visitor: the crowd leaves the worker its share of the machine */

/* `overlap`: the next api_ticket is there 1290 s before the end, just when the worker begins to ask for it. So a
 * rotation takes 5910 s, and from the first answer with the new value it has 1290 s less the margin for the fill. */
#define OVERLAP_SCALE 850 /* an api_ticket lives 8.5 s */
#define OVERLAP_MARGIN 150
#define OVERLAP_ROTATIONS 20

/* `fixed`: only when the old one has ended. A visitor has the margin to add a card. */
#define FIXED_SCALE 500 /* 14.4 s */
#define FIXED_MARGIN 150
#define FIXED_ROTATIONS 6

static const double SECONDS_MAX = 360, CHECK_SECONDS = 0.05;

static int64_t epoch_of(const struct scene *s) {
    return test_number(NULL,
                       "select epoch from kaquan.credential where account_id = %" PRId64 " and kind = 'api_ticket'",
                       s->account);
}

/* Is the age of the api_ticket known? Before, its end may come at any time, and its cards end with it. */
static bool age_known(void *scene) {
    const struct scene *s = scene;
    return rehearsal_ready(scene) && test_number(NULL,
                                                 "select count(*) from kaquan.credential c join kaquan.pool p using"
                                                 " (account_id, epoch) where c.account_id = %" PRId64
                                                 " and c.kind = 'api_ticket' and c.age_known",
                                                 s->account) > 0;
}

/* --- the conductor: follows the rotations as the simulated WeChat sees them --- */

static int rotations_wanted;
static const char *account_watched;

struct watch {
    struct crowd *crowd;
    char now[16], before[16];    /* fingerprints of api_tickets */
    char kept[400], card_id[40]; /* a card of the one before, claimed and not added */
    char next[400];
    int rotations;
};

/* A card that is claimed now and added only when its api_ticket has ended. */
static void keep_card(struct watch *w) {
    char id[32];
    struct answer a;
    snprintf(id, sizeof id, "kept-%d", w->rotations);
    a = scene_claim(SCENE_BACKEND, w->crowd->scene->key, id, NULL);
    if (strcmp(a.outcome, "ok") != 0)
        return; /* in `fixed` mode there may be none just now */
    text_copy(w->next, sizeof w->next, a.card_ext);
    text_copy(w->card_id, sizeof w->card_id, a.card_id);
}

/* The one before is over: its card must be refused, as stale. */
static void old_one_refused(struct watch *w) {
    const char *outcome;
    if (w->kept[0] == '\0' || rehearsal_accepts(account_watched, w->before))
        return;
    outcome = rehearsal_add(w->card_id, w->kept, NULL);
    if (strcmp(outcome, "signature (stale)") != 0)
        test_fail("a card of an ended api_ticket: %s", outcome);
    w->kept[0] = '\0';
}

static bool follow(struct crowd *crowd) {
    struct watch *w = &(struct watch){.crowd = crowd};
    double deadline = clock_seconds() + SECONDS_MAX;
    int64_t epoch = 0;
    int refused = 0;
    while (w->rotations < rotations_wanted || w->kept[0] != '\0') {
        if (clock_seconds() > deadline)
            test_fail("%d rotations in %.0f s", w->rotations, SECONDS_MAX);
        int64_t present =
            test_number(NULL, "select coalesce(max(epoch), 0) from kaquan.pool where template_id = %" PRId32,
                        crowd->scene->template_id);
        if (present != epoch) {
            const char *fingerprint = rehearsal_ticket(account_watched);
            if (strcmp(fingerprint, w->now) == 0)
                test_fail("epoch %" PRId64 " has the api_ticket of epoch %" PRId64, present, epoch);
            refused += w->kept[0] == '\0' && w->before[0] != '\0';
            text_copy(w->before, sizeof w->before, w->now);
            text_copy(w->kept, sizeof w->kept, w->next);
            text_copy(w->now, sizeof w->now, fingerprint);
            w->next[0] = '\0';
            w->rotations += epoch > 0;
            epoch = present;
        }
        if (w->next[0] == '\0')
            keep_card(w);
        old_one_refused(w);
        clock_sleep(CHECK_SECONDS);
    }
    if (refused < rotations_wanted / 2)
        test_fail("only %d old api_tickets were seen to be refused", refused);
    return true;
}

static struct crowd *perform(const struct scene *s, int rotations, const char *account) {
    struct crowd *crowd = rehearsal_crowd(s, THINK_SECONDS, SECONDS_MAX);
    rotations_wanted = rotations;
    account_watched = account;
    rehearsal_visit(crowd, CLIENTS, follow);
    return crowd;
}

/* For whoever looks why: the gaps, and what the worker did meanwhile. */
static int show_gaps(struct crowd *crowd, struct gap gaps[], int most) {
    int count = rehearsal_gaps(crowd, gaps, most);
    for (int i = 0; i < count; i++)
        print_message("# a gap of %.3f s\n", gaps[i].end - gaps[i].begin);
    print_message("# %d calls, %d expired, %d empty\n", crowd->calls, rehearsal_outcomes(crowd, "expired"),
                  rehearsal_outcomes(crowd, "empty"));
    return count;
}

/* --- overlap --- */

TEST(through_20_rotations_with_overlap_every_claim_gets_a_card_that_wechat_accepts) {
    struct gap gaps[OVERLAP_ROTATIONS];
    rehearsal_begin(OVERLAP_SCALE, OVERLAP_MARGIN, "--ticket-mode", "overlap", "--overlap", "1290", "--ticket-age",
                    "6000");
    rehearsal_account("fest", "11111111111111111111111111111111");
    rehearsal_account("other", "22222222222222222222222222222222");
    rehearsal_worker(0,
                     "site set renew_window 1s --yes"); /* not scaled: else all tickets are signed again each time */
    struct scene adult = rehearsal_template("fest", "adult", "merchant", 3000, 800);
    struct scene child = rehearsal_template("other", "child", "merchant", 5000, 4000);
    pid_t worker = rehearsal_serve("serve.log");
    test_wait_until(age_known, &adult, 60);
    int64_t first = epoch_of(&adult);

    struct crowd *crowd = perform(&adult, OVERLAP_ROTATIONS, "fest");

    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
    int count = show_gaps(crowd, gaps, OVERLAP_ROTATIONS);
    for (int i = 0; i < count; i++)
        rehearsal_show("serve.log", &gaps[i]);
    assert_int_equal(rehearsal_outcomes(crowd, "ok"), crowd->calls); /* no "expired", no "empty" */
    rehearsal_nothing_lost(crowd);
    assert_true(epoch_of(&adult) >= first + OVERLAP_ROTATIONS);
    assert_true(test_number(NULL, "select max(epoch) from kaquan.batch where template_id = %" PRId32,
                            child.template_id) >= OVERLAP_ROTATIONS / 2); /* the other account went on, too */
}

/* --- fixed --- */

/* The gap of design.md: margin + 5 s + the fill, once it is known when an api_ticket began. On top comes what one
 * round of jobs takes here, measured from the rows that the worker wrote during this very rehearsal: the longest
 * answer of a credential_refresh (one may have been asked just before the end, so the next comes after it), and the
 * longest time from the moment a new value was asked for to the commit of the fill in its epoch, which contains the
 * fill. And a visitor asks again only after 20 ms and needs a call. */
static double bound_of_gap(const struct crowd *crowd) {
    double refresh = strtod(test_sql(NULL, "select coalesce(max(extract(epoch from finished_at - started_at)), 0)"
                                           " from kaquan.job where kind = 'credential_refresh' and state = 'done'"),
                            NULL);
    double fill =
        strtod(test_sql(NULL,
                        "select max(extract(epoch from b.committed_at - h.first_seen_at)) from (select epoch,"
                        " min(committed_at) as committed_at from kaquan.batch where template_id = %" PRId32
                        " group by 1) b join kaquan.credential_history h on h.account_id = %" PRId64
                        " and h.kind = 'api_ticket' and h.epoch = b.epoch and h.epoch > 1",
                        crowd->scene->template_id, crowd->scene->account),
               NULL);
    double longest = 0;
    for (int i = 0; i < crowd->calls; i++)
        longest = fmax(longest, crowd->visits[i].end - crowd->visits[i].begin);
    print_message("# refresh %.3f s, fill %.3f s, call %.3f s\n", refresh, fill, longest);
    return (FIXED_MARGIN + 5) / (double)FIXED_SCALE + refresh + fill + 0.1 + longest;
}

/* Its cards end as if it had begun with the first moment at which it can have begun: so much it may live longer. */
#define UNCERTAINTY "extract(epoch from h.first_seen_at + interval '7200 s' / s.time_scale - h.valid_until)"

/* Of the api_ticket that ended in this gap. One of unknown age may end at any time: it is asked for as seldom as the
 * day's budget wants. */
static double uncertainty(const struct crowd *crowd, const struct gap *gap) {
    return strtod(test_sql(NULL,
                           "select case when age_known then " UNCERTAINTY " else 'infinity' end"
                           " from kaquan.site s, kaquan.credential_history h where account_id = %" PRId64
                           " and kind = 'api_ticket' and epoch = (select max(epoch) - 1 from"
                           " kaquan.batch where template_id = %" PRId32 " and committed_at <= to_timestamp(%.6f))",
                           crowd->scene->account, crowd->scene->template_id,
                           gap->end + clock_wall() - clock_seconds()),
                  NULL);
}

/* Rotations that came so long after the end of the cards before, which was known, that visitors must have met it. */
static int64_t gaps_due(const struct crowd *crowd) {
    return test_number(NULL,
                       "select count(*) from kaquan.site s, kaquan.credential_history h, lateral (select"
                       " min(committed_at) as refilled_at from kaquan.batch where template_id = %" PRId32
                       " and epoch = h.epoch + 1) b where account_id = %" PRId64
                       " and kind = 'api_ticket' and age_known"
                       " and refilled_at - (valid_until - s.margin / s.time_scale) > interval '0.25 s'",
                       crowd->scene->template_id, crowd->scene->account);
}

TEST(with_fixed_api_tickets_the_gap_is_no_longer_than_margin_and_fill) {
    struct gap gaps[FIXED_ROTATIONS * 4];
    rehearsal_begin(FIXED_SCALE, FIXED_MARGIN, "--ticket-mode", "fixed");
    rehearsal_account("fest", "11111111111111111111111111111111");
    rehearsal_worker(0, "site set renew_window 1s --yes");
    struct scene adult = rehearsal_template("fest", "adult", "merchant", 3000, 800);
    pid_t worker = rehearsal_serve("serve.log");
    test_wait_until(rehearsal_ready, &adult, 30);

    struct crowd *crowd = perform(&adult, FIXED_ROTATIONS, "fest");

    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
    assert_int_equal(rehearsal_outcomes(crowd, "ok") + rehearsal_outcomes(crowd, "expired"), crowd->calls);
    for (int i = 0; i < crowd->calls; i++)
        if (strcmp(crowd->visits[i].outcome, "expired") == 0 && !(crowd->visits[i].retry_after > 0))
            test_fail("\"expired\" without retry_after");
    rehearsal_nothing_lost(crowd);
    int count = show_gaps(crowd, gaps, ARRAY_LEN(gaps));
    assert_true(gaps_due(crowd) > 0);
    assert_true(count >= gaps_due(crowd)); /* no card is given out in its last minutes */
    double bound = bound_of_gap(crowd);
    for (int i = 0; i < count; i++) {
        double length = gaps[i].end - gaps[i].begin, most = bound + uncertainty(crowd, &gaps[i]);
        if (length <= most)
            continue;
        rehearsal_show("serve.log", &gaps[i]);
        test_fail("a gap of %.3f s, more than %.3f s", length, most);
    }
    /* After some rotations the worker knows within seconds when an api_ticket ends. */
    assert_true(strtod(test_sql(NULL,
                                "select min(" UNCERTAINTY ") from kaquan.site s, kaquan.credential_history h where"
                                " account_id = %" PRId64 " and kind = 'api_ticket' and age_known",
                                adult.account),
                       NULL) <= 30.0 / FIXED_SCALE);
}

/* Claims tell nobody: a worker with nothing due has to look by itself. */
static bool filled_again(void *scene) {
    const struct scene *s = scene;
    return test_number(NULL, "select count(*) from kaquan.batch where template_id = %" PRId32, s->template_id) > 1;
}

TEST(serve_fills_a_pool_again_within_seconds_when_visitors_brought_it_below_low_water) {
    rehearsal_begin(1, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "11111111111111111111111111111111");
    struct scene adult = rehearsal_template("fest", "adult", "merchant", 1000, 600);
    rehearsal_worker(0, "run");
    test_sql(NULL, "update kaquan.template set review_due_at = now()"); /* not in a minute */
    pid_t worker = rehearsal_serve("serve.log");
    test_wait_until(rehearsal_ready, &adult, 30);
    test_sql(SCENE_BACKEND, "select count(*) from generate_series(1, 600) as n cross join lateral"
                            " kaquan.card_claim('adult', 'low-' || n)");
    test_wait_until(filled_again, &adult, 10);
    assert_int_equal(test_end(worker, SIGTERM, 20), 128 + SIGTERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(through_20_rotations_with_overlap_every_claim_gets_a_card_that_wechat_accepts,
                                  rehearsal_end),
        cmocka_unit_test_teardown(with_fixed_api_tickets_the_gap_is_no_longer_than_margin_and_fill, rehearsal_end),
        cmocka_unit_test_teardown(serve_fills_a_pool_again_within_seconds_when_visitors_brought_it_below_low_water,
                                  rehearsal_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
