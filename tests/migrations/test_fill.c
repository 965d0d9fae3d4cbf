/* fill_begin() and fill_commit(): how a pool gets its cards, and what must not happen meanwhile. */
#include "scene.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "pool.h"

#define WORKER "kaquan_worker"
#define SECOND "kaquan_worker#2"

#define assert_outcome(answer, expected) assert_string_equal((answer).outcome, expected)

static int64_t slots_of(const struct scene *s) {
    return test_number(NULL, "select count(*) from kaquan.pool_slot where template_id = %" PRId32, s->template_id);
}

static int64_t slots_taken(void) {
    return test_number(NULL, "select count(*) from kaquan.pool_slot where template_id is not null");
}

static int64_t rows_in(int64_t slot) {
    return test_number(NULL, "select count(*) from kaquan.pool_card_%02d", (int)slot);
}

/* --- one fill --- */

TEST(a_fill_opens_its_cards_and_writes_down_what_it_did) {
    struct scene s = scene_new("fill", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 500);

    assert_int_equal(rows_in(f.slot), 500);
    assert_string_equal(
        test_sql(NULL,
                 "select concat_ws(' ', slot, fill, epoch, first_ordinal, last_ordinal - first_ordinal + 1)"
                 " from kaquan.pool where template_id = %" PRId32,
                 s.template_id),
        test_sql(NULL, "select '%" PRId64 " %" PRId64 " 1 %" PRId64 " 500'", f.slot, f.fill, f.first_ordinal));
    assert_int_equal(test_number(NULL, "select cards from kaquan.batch where fill = %" PRId64, f.fill), 500);
    assert_int_equal(
        test_number(NULL, "select sum(signed) from kaquan.stat_minute where template_id = %" PRId32, s.template_id),
        500);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from pg_constraint where contype = 'p'"
                                 " and conrelid = 'kaquan.pool_card_%02d'::regclass",
                                 (int)f.slot),
                     1);
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(a_fill_that_is_rolled_back_did_not_happen) {
    struct scene s = scene_new("undone", "merchant");
    struct scene_fill before = scene_fill(&s, 1, 10), f;
    const char *pool =
        test_sql(NULL, "select p::text from kaquan.pool p where template_id = %" PRId32, s.template_id);
    int64_t taken = slots_taken();

    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    scene_fill_cards(WORKER, &f, NULL);
    scene_fill_commit(WORKER, &f, false);
    test_sql(WORKER, "rollback");
    assert_string_equal(
        test_sql(NULL, "select p::text from kaquan.pool p where template_id = %" PRId32, s.template_id), pool);
    assert_int_equal(slots_taken(), taken);
    assert_int_equal(rows_in(before.slot), 10);
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(the_slot_before_is_given_back) {
    struct scene s = scene_new("back", "merchant");
    int64_t taken = slots_taken();

    for (int i = 0; i < 70; i++) { /* more than there are slots */
        scene_fill(&s, 1, 1);
        assert_int_equal(slots_of(&s), 1);
    }
    assert_int_equal(slots_taken(), taken + 1);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.pool_slot ps join kaquan.pool p using (template_id)"
                                 " where ps.slot = p.slot and ps.fill = p.fill and p.template_id = %" PRId32,
                                 s.template_id),
                     1);
}

TEST(a_slot_keeps_only_the_cards_of_its_last_fill) {
    struct scene s = scene_new("emptied", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 100);

    scene_slot_give_back(f.slot);
    scene_slot_next(f.slot);
    assert_int_equal(scene_fill(&s, 1, 7).slot, f.slot);
    assert_int_equal(rows_in(f.slot), 7);
}

/* Red when ordinals begin at 1 again. */
TEST(ordinals_of_a_slot_only_grow) {
    struct scene s = scene_new("ordinals", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 100);
    int64_t drawn = test_number(NULL, "select last_value from kaquan.pool_card_%02d_next", (int)f.slot);

    claim(&s, "r1");
    assert_true(test_number(NULL, "select last_value from kaquan.pool_card_%02d_next", (int)f.slot) >= drawn);
    scene_slot_give_back(f.slot);
    scene_slot_next(f.slot);
    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    assert_true(f.first_ordinal >
                test_number(NULL, "select last_value from kaquan.pool_card_%02d_next", (int)f.slot));
    test_sql(WORKER, "rollback");
}

/* --- when there is one --- */

/* What was edited, and whether the worker then fills an empty pool. Red when it signs cards that nobody could claim,
 * again and again. */
static const struct {
    const char *table, *set;
    bool wanted;
} edits[] = {
    {"template", "version = version", true},
    {"template", "sale_until = now() + interval '1 h'", true},
    {"template", "sale_until = now() - interval '1 s'", false},
    {"credential_history", "valid_until = now() - interval '1 s'", false},
    {"pool", "usable_until = now() - interval '1 s'", true},
};

TEST(a_fill_is_wanted_only_for_cards_that_could_be_claimed) {
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        char key[16];
        snprintf(key, sizeof(key), "wanted%zu", i);
        struct scene s = scene_new(key, "merchant");
        scene_fill(&s, 1, 1);
        test_sql(NULL, "update kaquan.%s set %s where account_id = %" PRId64, edits[i].table, edits[i].set,
                 s.account);
        assert_int_equal(
            test_number(NULL, "select count(*) from kaquan.pool_need where template_id = %" PRId32, s.template_id),
            edits[i].wanted);
    }
}

/* Red when the view does not look at the validity. */
TEST(a_template_that_has_ended_takes_no_fill_and_its_pool_says_so) {
    struct scene s = scene_new("validity", "merchant");
    test_sql(NULL,
             "insert into kaquan.template_validity (template_id, ends_at) values (%" PRId32
             ", now() + interval '1 h')",
             s.template_id);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job_due where kind = 'pool_fill' and template_id = %" PRId32,
                    s.template_id),
        1);
    test_sql(NULL,
             "update kaquan.template_validity set ends_at = now() - interval '1 s' where template_id = %" PRId32,
             s.template_id);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job_due where kind = 'pool_fill' and template_id = %" PRId32,
                    s.template_id),
        0);
    assert_string_equal(
        test_sql(NULL, "select state from kaquan.pool_forecast where template_id = %" PRId32, s.template_id),
        "ended");
    test_sql(NULL, "update kaquan.template_validity set ends_at = null where template_id = %" PRId32, s.template_id);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.pool_need where template_id = %" PRId32, s.template_id), 1);
}

/* --- the worker's own fill: COPY --- */

/* What the worker does, by its own code. */
static struct pool_filled copy_fill(struct db *db, const struct scene *s, int64_t cards) {
    AUTO_SECRET struct secret api_ticket = {0};
    struct pool_need need = {.template_id = s->template_id,
                             .account_id = s->account,
                             .epoch = 1,
                             .stock_left = INT64_MAX,
                             .with_code = true};
    struct pool_filled filled = {0};
    struct err err = {0};

    secret_set(&api_ticket, "ticket", 6);
    if (!pool_fill(db, &need, &api_ticket, cards, "here", NULL, &filled, &err))
        test_fail("%s", err.text);
    return filled;
}

/* A frozen row is seen by everybody, also by those who looked before it was there. Red without FREEZE. */
TEST(copied_cards_are_frozen_from_the_start) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct scene s = scene_new("frozen", "merchant");
    struct scene_fill plain;
    struct pool_filled filled;

    test_sql("#early", "begin isolation level repeatable read; select 1");
    filled = copy_fill(db, &s, 5000);
    assert_int_equal(test_number("#early", "select count(*) from kaquan.pool_card_%02d", filled.slot), 5000);
    plain = scene_fill(&s, 1, 10); /* by INSERT: what it looks like when it is not frozen */
    assert_int_equal(test_number("#early", "select count(*) from kaquan.pool_card_%02d", (int)plain.slot), 0);
    test_sql("#early", "commit");
    test_sql(NULL, "analyze kaquan.pool_card_%02d", filled.slot);
    assert_string_equal(test_sql(NULL,
                                 "select relpages > 0 and relallvisible = relpages and reltuples = 5000 from pg_class"
                                 " where oid = 'kaquan.pool_card_%02d'::regclass",
                                 filled.slot),
                        "t");
    assert_int_equal(
        test_number(NULL, "select pg_stat_get_dead_tuples('kaquan.pool_card_%02d'::regclass)", filled.slot), 0);
}

TEST(a_card_that_the_worker_signed_is_claimed) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct scene s = scene_new("signed", "merchant");
    struct answer a;

    copy_fill(db, &s, 100);
    a = claim(&s, "r1");
    assert_outcome(a, "ok");
    assert_int_equal(strlen(a.code), CODE_LEN);
    assert_outcome(claim(&s, "r2"), "ok");
}

/* Kills the backend of a fill that has copied half of its cards. */
static void fill_killed_in_copy(const struct scene *s) {
    AUTO_DB struct db *db = test_db(WORKER);
    AUTO_ROWS struct db_rows rows = {0};
    char header[CARD_BEGIN_LEN];
    struct err err = {0};
    int64_t slot, stored;
    int64_t pid;

    assert_true(db_begin(db, &err) &&
                db_query(db, &sql_fill_begin, &rows, &err, V_INT(s->template_id), V_INT(1), V_INT(1000)));
    slot = db_int(&rows, 0, "slot");
    assert_true(db_copy_cards_begin(db, (int)slot, &err));
    assert_true(db_copy_data(db, header, card_copy_begin(header), &err));
    pid = test_number(NULL,
                      "select pid from pg_stat_activity where datname = current_database() and usename = '%s'"
                      " and state = 'active' and query ilike 'copy%%'",
                      WORKER);
    assert_true(pid > 0);
    assert_string_equal(test_sql(NULL, "select pg_terminate_backend(%" PRId64 ", 20000)", pid), "t");
    assert_false(db_copy_end(db, NULL, &stored, &err));
    assert_false(db_alive(db));
}

TEST(a_fill_whose_backend_is_killed_in_its_copy_leaves_nothing) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct scene s = scene_new("killed", "merchant");
    int64_t taken;

    scene_fill(&s, 1, 2);
    taken = slots_taken();
    fill_killed_in_copy(&s);
    assert_int_equal(slots_taken(), taken);
    assert_outcome(claim(&s, "r1"), "ok");
    copy_fill(db, &s, 5);
    assert_int_equal(slots_taken(), taken);
    for (int i = 2; i < 7; i++)
        assert_outcome(claim(&s, test_sql(NULL, "select 'r%d'", i)), "ok");
    assert_outcome(claim(&s, "r7"), "empty");
}

TEST(a_copy_that_is_given_up_leaves_nothing) {
    AUTO_DB struct db *db = test_db(WORKER);
    AUTO_ROWS struct db_rows rows = {0};
    struct scene s = scene_new("givenup", "merchant");
    char header[CARD_BEGIN_LEN];
    struct err err = {0};
    int64_t stored = 0;

    scene_fill(&s, 1, 2);
    assert_true(db_begin(db, &err) &&
                db_query(db, &sql_fill_begin, &rows, &err, V_INT(s.template_id), V_INT(1), V_INT(10)));
    assert_true(db_copy_cards_begin(db, (int)db_int(&rows, 0, "slot"), &err));
    assert_true(db_copy_data(db, header, card_copy_begin(header), &err));
    assert_false(db_copy_end(db, "no more", &stored, &err));
    db_rollback(db);
    assert_outcome(claim(&s, "r1"), "ok");
    copy_fill(db, &s, 5);
    assert_int_equal(slots_of(&s), 1);
}

/* --- epochs --- */

/* Red without the epoch's check in fill_begin(). */
TEST(an_epoch_that_is_over_revoked_or_unknown_is_not_filled) {
    struct scene s = scene_new("epochs", "merchant");

    scene_epoch(&s, 2, -1);
    scene_epoch(&s, 3, 7000);
    scene_epoch(&s, 4, 7000);
    test_sql_refused(WORKER, "KQ502", "select kaquan.fill_begin(%" PRId32 ", 2, 10)", s.template_id);
    test_sql_refused(WORKER, "KQ502", "select kaquan.fill_begin(%" PRId32 ", 99, 10)", s.template_id);
    scene_revoke(&s, 3);
    for (int epoch = 1; epoch <= 3; epoch++)
        test_sql_refused(WORKER, "KQ502", "select kaquan.fill_begin(%" PRId32 ", %d, 10)", s.template_id, epoch);
    assert_int_equal(slots_of(&s), 0);
    scene_fill(&s, 4, 10);
    assert_outcome(claim(&s, "r1"), "ok");
}

/* Red without the epoch's check in fill_commit(). */
TEST(an_epoch_that_is_revoked_during_a_fill_is_not_opened) {
    struct scene s = scene_new("during", "merchant");
    struct scene_fill f;

    scene_fill(&s, 1, 10);
    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    scene_fill_cards(WORKER, &f, NULL);
    test_sql(SECOND, "select kaquan.epoch_revoke(%" PRId64 ", 1, 'test')", s.account);
    test_sql_refused(WORKER, "KQ502", "%s", scene_fill_commit_sql(&f, false));
    test_sql(WORKER, "rollback");
    assert_outcome(claim(&s, "r1"), "expired");
    assert_int_equal(slots_of(&s), 1);
}

/* A revocation and the end of a fill at the same time: one waits for the other, and the epoch is dead either way. */
struct race {
    struct scene scene;
    struct scene_fill fill;
    atomic_int ready;
};

static bool committed_but_for_the_end(void *context) {
    struct race *r = context;

    return atomic_load(&r->ready) > 0;
}

static bool revoke_a_fill_at_its_end(int number, void *context) {
    struct race *r = context;

    if (number == 0) {
        test_wait_until(committed_but_for_the_end, r, 20);
        test_sql(WORKER, "select kaquan.epoch_revoke(%" PRId64 ", 1, 'test')", r->scene.account);
        return true;
    }
    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &r->scene, 1, 10, &r->fill);
    scene_fill_cards(WORKER, &r->fill, NULL);
    scene_fill_commit(WORKER, &r->fill, false);
    atomic_store(&r->ready, 1);
    scene_wait_for_locks(1);
    test_sql(WORKER, "commit");
    return true;
}

TEST(an_epoch_that_is_revoked_at_the_end_of_a_fill_serves_no_card_of_it) {
    struct race *r = test_shared(sizeof(*r));

    r->scene = scene_new("atend", "merchant");
    test_clients(2, revoke_a_fill_at_its_end, r);
    assert_outcome(claim(&r->scene, "r1"), "expired");
}

/* Red without the comparison of epochs in fill_commit(). */
TEST(an_older_epoch_never_replaces_a_newer_one) {
    struct scene s = scene_new("older", "merchant");
    struct scene_fill f;

    scene_epoch(&s, 2, 7000);
    scene_fill(&s, 2, 10);
    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    scene_fill_cards(WORKER, &f, NULL);
    test_sql_refused(WORKER, "KQ503", "%s", scene_fill_commit_sql(&f, false));
    test_sql(WORKER, "rollback");
    assert_int_equal(test_number(NULL, "select epoch from kaquan.pool where template_id = %" PRId32, s.template_id),
                     2);
}

/* --- two at once --- */

/* Red without the comparison of the fill before in fill_commit(). */
TEST(of_two_fills_of_a_template_the_second_to_end_is_refused) {
    struct scene s = scene_new("second", "merchant");
    struct scene_fill f, g;

    scene_fill(&s, 1, 10);
    test_sql(WORKER, "begin");
    test_sql(SECOND, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    scene_fill_begin(SECOND, &s, 1, 10, &g);
    assert_int_not_equal(f.slot, g.slot);
    scene_fill_cards(SECOND, &g, "SECOND");
    scene_fill_cards(WORKER, &f, "FIRST");
    scene_fill_commit(SECOND, &g, false);
    test_sql(SECOND, "commit");
    test_sql_refused(WORKER, "KQ503", "%s", scene_fill_commit_sql(&f, false));
    test_sql(WORKER, "rollback");
    assert_int_equal(slots_of(&s), 1);
    assert_memory_equal(claim(&s, "r1").code, "SECOND", 6);
}

TEST(of_two_first_fills_the_second_to_end_is_refused) {
    struct scene s = scene_new("first", "merchant");
    struct scene_fill f, g;

    test_sql(WORKER, "begin");
    test_sql(SECOND, "begin");
    scene_fill_begin(WORKER, &s, 1, 10, &f);
    scene_fill_begin(SECOND, &s, 1, 10, &g);
    scene_fill_cards(SECOND, &g, NULL);
    scene_fill_commit(SECOND, &g, false);
    test_sql(SECOND, "commit");
    test_sql_refused(WORKER, "KQ503", "%s", scene_fill_commit_sql(&f, false));
    test_sql(WORKER, "rollback");
    assert_int_equal(slots_of(&s), 1);
    assert_outcome(claim(&s, "r1"), "ok");
}

TEST(running_numbers_of_two_fills_never_overlap) {
    struct scene s = scene_new("runs", "merchant"), other = scene_new("runs2", "merchant");
    struct scene_fill f, g, h;

    test_sql(WORKER, "begin");
    test_sql(SECOND, "begin");
    scene_fill_begin(WORKER, &s, 1, 100000, &f);
    scene_fill_begin(SECOND, &other, 1, 50000, &g);
    test_sql(WORKER, "rollback");
    test_sql(SECOND, "rollback");
    test_sql(WORKER, "begin");
    scene_fill_begin(WORKER, &s, 1, 1, &h);
    test_sql(WORKER, "rollback");
    assert_true(g.first_run >= f.first_run + 100000);
    assert_true(h.first_run >= g.first_run + 50000);
}

enum { FILLERS = 24, FILLER_CARDS = 1000, FILLER_ROUNDS = 150 };
struct runs {
    struct scene scenes[FILLERS];
    int64_t first[FILLERS][FILLER_ROUNDS];
};

static bool draw_runs(int number, void *context) {
    struct runs *r = context;

    for (int i = 0; i < FILLER_ROUNDS; i++) {
        struct scene_fill f;

        test_sql(WORKER, "begin; set local lock_timeout = 0");
        scene_fill_begin(WORKER, &r->scenes[number], 1, FILLER_CARDS, &f);
        r->first[number][i] = f.first_run;
        test_sql(WORKER, "rollback");
    }
    return true;
}

static int by_number(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Red without the lock around code_run. */
TEST(running_numbers_of_fills_by_four_processes_never_overlap) {
    struct runs *r = test_shared(sizeof(*r));
    int64_t *all = &r->first[0][0];

    for (int i = 0; i < 4; i++)
        r->scenes[i] = scene_new(test_sql(NULL, "select 'draw%d'", i), "merchant");
    test_clients(4, draw_runs, r);
    qsort(all, (size_t)4 * FILLER_ROUNDS, sizeof(*all), by_number);
    for (size_t i = 1; i < (size_t)4 * FILLER_ROUNDS; i++)
        assert_true(all[i] >= all[i - 1] + FILLER_CARDS);
}

/* Renewals draw running numbers, too: for bound tickets that have no code yet. */
enum { WAITING = 1000, DRAWN_MAX = 200000 };
struct draws {
    struct scene scenes[3], bound;
    atomic_int finished;
    int64_t first[3][FILLER_ROUNDS];
    int drawn;
    int64_t runs[DRAWN_MAX];
};

static void draw_for_renewals(struct draws *d) {
    AUTO_DB struct db *db = test_db(WORKER);
    struct err err = {0};

    while (atomic_load(&d->finished) < 3 && d->drawn + WAITING <= DRAWN_MAX) {
        AUTO_ROWS struct db_rows rows = {0};

        if (!db_query(db, &sql_renewal_list, &rows, &err, V_INT(d->bound.account), V_INT(WAITING)))
            test_fail("%s", err.text);
        assert_int_equal(rows.count, WAITING);
        for (int i = 0; i < rows.count; i++)
            d->runs[d->drawn++] = db_int(&rows, i, "run");
    }
}

static bool draw_for_fills_or_renewals(int number, void *context) {
    struct draws *d = context;

    if (number == 3)
        draw_for_renewals(d);
    for (int i = 0; i < FILLER_ROUNDS && number < 3; i++) {
        struct scene_fill f;

        test_sql(WORKER, "begin; set local lock_timeout = 0");
        scene_fill_begin(WORKER, &d->scenes[number], 1, FILLER_CARDS, &f);
        d->first[number][i] = f.first_run;
        test_sql(WORKER, "rollback");
    }
    atomic_fetch_add(&d->finished, 1);
    return true;
}

TEST(a_renewals_running_number_lies_in_no_fill) {
    struct draws *d = test_shared(sizeof(*d));

    d->bound = scene_new("renewals", "bound");
    for (int i = 0; i < 3; i++)
        d->scenes[i] = scene_new(test_sql(NULL, "select 'fillrun%d'", i), "merchant");
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, openid, epoch, signed_at, valid_until, state, nonce, signature)"
        " select 'r' || i, %" PRId32 ", 'o', 0, 0, '-infinity', 'claiming', '', '' from generate_series(1, %d) i;"
        "insert into kaquan.ticket_renewal select 'r' || i, %" PRId32 " from generate_series(1, %d) i",
        d->bound.template_id, WAITING, d->bound.template_id, WAITING);
    test_clients(4, draw_for_fills_or_renewals, d);
    assert_true(d->drawn > 0);
    for (int i = 0; i < d->drawn; i++)
        for (int j = 0; j < 3 * FILLER_ROUNDS; j++) {
            int64_t first = (&d->first[0][0])[j];

            if (d->runs[i] >= first && d->runs[i] < first + FILLER_CARDS)
                test_fail("running number %" PRId64 " is of a renewal and of a fill", d->runs[i]);
        }
}

/* In a client of its own, whose sessions end with it. */
static bool begin_many_fills(int number UNUSED, void *context) {
    const struct runs *r = context;

    for (int i = 0; i < FILLERS; i++) {
        char session[32];
        struct scene_fill f;

        snprintf(session, sizeof(session), "kaquan_worker#m%d", i);
        test_sql(session, "begin");
        scene_fill_begin(session, &r->scenes[i], 1, 1, &f);
    }
    return true;
}

/* Each takes one slot, not a handful. */
TEST(two_dozen_fills_run_at_once) {
    struct runs *r = test_shared(sizeof(*r));

    assert_true(slots_taken() <= 64 - FILLERS);
    for (int i = 0; i < FILLERS; i++)
        r->scenes[i] = scene_new(test_sql(NULL, "select 'many%d'", i), "merchant");
    test_clients(1, begin_many_fills, r);
}

TEST(a_fill_that_fails_stands_in_nobodys_way) {
    struct scene s = scene_new("absurd", "merchant");

    test_sql_refused(WORKER, "", "select kaquan.fill_begin(%" PRId32 ", 1, 99999999999)", s.template_id);
    test_sql(SECOND, "begin; set local lock_timeout = 100");
    test_sql(SECOND, "select kaquan.fill_begin(%" PRId32 ", 1, 10)", s.template_id);
    test_sql(SECOND, "rollback");
}

/* --- who may --- */

TEST(only_the_worker_fills) {
    struct scene s = scene_new("may", "merchant");
    struct scene_fill f = scene_fill(&s, 1, 10);
    static const char *const others[] = {SCENE_BACKEND, "kaquan_operator", "kaquan_auditor", "kaquan_monitor"};

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        test_sql_refused(others[i], "42501", "select kaquan.fill_begin(%" PRId32 ", 1, 10)", s.template_id);
        test_sql_refused(others[i], "42501", "%s", scene_fill_commit_sql(&f, false));
        test_sql_refused(others[i], "42501", "select from kaquan.pool_card_%02d", (int)f.slot);
        if (strcmp(others[i], "kaquan_operator") != 0) /* who may end an epoch, and no more */
            test_sql_refused(others[i], "42501", "select kaquan.epoch_revoke(%" PRId64 ", 1, 'x')", s.account);
    }
}

TEST(the_worker_only_adds_cards) {
    struct scene s = scene_new("adds", "merchant");
    int slot = (int)scene_fill(&s, 1, 10).slot;

    test_sql_refused(WORKER, "42501", "select from kaquan.pool_card_%02d", slot);
    test_sql_refused(WORKER, "42501", "delete from kaquan.pool_card_%02d", slot);
    test_sql_refused(WORKER, "42501", "update kaquan.pool_card_%02d set fill = 1", slot);
    test_sql_refused(WORKER, "42501", "truncate kaquan.pool_card_%02d", slot);
    test_sql_refused(WORKER, "42501", "select setval('kaquan.pool_card_%02d_next', 1)", slot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_fill_opens_its_cards_and_writes_down_what_it_did, scene_end),
        cmocka_unit_test_teardown(a_fill_that_is_rolled_back_did_not_happen, scene_end),
        cmocka_unit_test_teardown(the_slot_before_is_given_back, scene_end),
        cmocka_unit_test_teardown(a_slot_keeps_only_the_cards_of_its_last_fill, scene_end),
        cmocka_unit_test_teardown(ordinals_of_a_slot_only_grow, scene_end),
        cmocka_unit_test_teardown(a_fill_is_wanted_only_for_cards_that_could_be_claimed, scene_end),
        cmocka_unit_test_teardown(a_template_that_has_ended_takes_no_fill_and_its_pool_says_so, scene_end),
        cmocka_unit_test_teardown(copied_cards_are_frozen_from_the_start, scene_end),
        cmocka_unit_test_teardown(a_card_that_the_worker_signed_is_claimed, scene_end),
        cmocka_unit_test_teardown(a_fill_whose_backend_is_killed_in_its_copy_leaves_nothing, scene_end),
        cmocka_unit_test_teardown(a_copy_that_is_given_up_leaves_nothing, scene_end),
        cmocka_unit_test_teardown(an_epoch_that_is_over_revoked_or_unknown_is_not_filled, scene_end),
        cmocka_unit_test_teardown(an_epoch_that_is_revoked_during_a_fill_is_not_opened, scene_end),
        cmocka_unit_test_teardown(an_epoch_that_is_revoked_at_the_end_of_a_fill_serves_no_card_of_it, scene_end),
        cmocka_unit_test_teardown(an_older_epoch_never_replaces_a_newer_one, scene_end),
        cmocka_unit_test_teardown(of_two_fills_of_a_template_the_second_to_end_is_refused, scene_end),
        cmocka_unit_test_teardown(of_two_first_fills_the_second_to_end_is_refused, scene_end),
        cmocka_unit_test_teardown(running_numbers_of_two_fills_never_overlap, scene_end),
        cmocka_unit_test_teardown(running_numbers_of_fills_by_four_processes_never_overlap, scene_end),
        cmocka_unit_test_teardown(a_renewals_running_number_lies_in_no_fill, scene_end),
        cmocka_unit_test_teardown(two_dozen_fills_run_at_once, scene_end),
        cmocka_unit_test_teardown(a_fill_that_fails_stands_in_nobodys_way, scene_end),
        cmocka_unit_test_teardown(only_the_worker_fills, scene_end),
        cmocka_unit_test_teardown(the_worker_only_adds_cards, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
