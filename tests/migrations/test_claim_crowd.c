/* card_claim() with many callers at once, and with callers that are slow at the worst moment. */
#include "scene.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double WAIT_SECONDS = 20;

#define assert_outcome(answer, expected) assert_string_equal((answer).outcome, expected)

/* What clients share with the test. */
struct crowd {
    struct scene scene, other;
    atomic_int stage, done;
    struct answer answers[64];
    double times[64];
};

static struct crowd *crowd_new(const char *key) {
    struct crowd *c = test_shared(sizeof(*c));

    c->scene = scene_new(key, "merchant");
    return c;
}

static bool stage_reached(void *stage) {
    return atomic_load((atomic_int *)stage) > 0;
}

static int count_outcomes(const struct crowd *c, int clients, const char *outcome) {
    int count = 0;

    for (int i = 0; i < clients; i++)
        count += strcmp(c->answers[i].outcome, outcome) == 0;
    return count;
}

/* --- one request id, or one card, for many --- */

static bool ask_for_the_same(int number, void *context) {
    struct crowd *c = context;

    c->answers[number] = claim(&c->scene, "r1");
    return true;
}

/* Red, like the next one, without the lock on the request id. */
TEST(one_request_id_from_24_sessions_at_once_gets_24_equal_answers) {
    struct crowd *c = crowd_new("crowd");

    scene_fill(&c->scene, 1, 100);
    test_clients(24, ask_for_the_same, c);
    assert_outcome(c->answers[0], "ok");
    for (int i = 1; i < 24; i++)
        assert_string_equal(c->answers[i].whole, c->answers[0].whole);
    assert_int_equal(scene_tickets(&c->scene), 1);
}

/* The first has its card already when the others come, and takes it back when all of them wait. */
static bool ask_after_the_first(int number, void *context) {
    struct crowd *c = context;

    if (number > 0) {
        test_wait_until(stage_reached, &c->stage, WAIT_SECONDS);
        return ask_for_the_same(number, context);
    }
    test_sql(SCENE_BACKEND, "begin");
    c->answers[0] = claim(&c->scene, "r1");
    atomic_store(&c->stage, 1);
    scene_wait_for_locks(23);
    test_sql(SCENE_BACKEND, "rollback");
    return true;
}

TEST(one_request_id_from_24_sessions_gets_equal_answers_when_the_first_rolls_back) {
    struct crowd *c = crowd_new("crowdroll");

    scene_fill(&c->scene, 1, 100);
    test_clients(24, ask_after_the_first, c);
    assert_outcome(c->answers[1], "ok");
    assert_string_not_equal(c->answers[0].code, c->answers[1].code);
    for (int i = 2; i < 24; i++)
        assert_string_equal(c->answers[i].whole, c->answers[1].whole);
    assert_int_equal(scene_tickets(&c->scene), 1);
    assert_string_equal(scene_ticket(&c->scene, "r1", "t.code"), c->answers[1].code);
}

static bool ask_for_the_last(int number, void *context) {
    struct crowd *c = context;
    char request[16];

    snprintf(request, sizeof(request), "r%d", number);
    test_sql(SCENE_BACKEND, "set lock_timeout = '250ms'"); /* as a backend's login has it */
    c->answers[number] = claim(&c->scene, request);
    return true;
}

TEST(of_64_claimers_one_gets_the_last_card_and_63_find_the_pool_empty) {
    struct crowd *c = crowd_new("last");

    scene_fill(&c->scene, 1, 1);
    test_clients(64, ask_for_the_last, c);
    assert_int_equal(count_outcomes(c, 64, "ok"), 1);
    assert_int_equal(count_outcomes(c, 64, "empty"), 63);
    assert_int_equal(scene_tickets(&c->scene), 1);
}

TEST(of_64_claimers_one_gets_the_very_last_card_and_63_hear_sold_out) {
    struct crowd *c = crowd_new("verylast");

    scene_fill_final(&c->scene, 1, 1);
    test_clients(64, ask_for_the_last, c);
    assert_int_equal(count_outcomes(c, 64, "ok"), 1);
    assert_int_equal(count_outcomes(c, 64, "sold_out"), 63);
}

/* --- a claimer that is paused while its slot is given to another fill --- */

/* Where it waits: before it draws a number (an uncommitted ALTER SEQUENCE), or before it reads the card. And what
 * happens meanwhile: its template may get a new pool elsewhere; its epoch may be revoked; its slot goes to another
 * template. */
static const struct pause {
    const char *key;
    bool draws, revoked, refilled, renews;
    const char *outcome;
} pauses[] = {
    /* clang-format off */
    {"draw1", true,  false, true,  false, "ok"},
    {"draw2", true,  true,  true,  false, "ok"},
    {"draw3", true,  true,  false, false, "expired"},
    {"read1", false, false, true,  false, "ok"},
    {"read2", false, true,  true,  false, "ok"},
    {"read3", false, true,  false, false, "expired"},
    {"draw4", true,  false, true,  true,  "ok"},
    {"read4", false, true,  true,  true,  "ok"},
    {"read5", false, true,  false, true,  "expired"},
    /* clang-format on */
};

struct paused {
    struct crowd crowd;
    void (*meanwhile)(struct paused *p);
    const struct pause *how;
    int64_t slot;
    atomic_int warm;
};

/* The holder of the lock gives the slot to the stranger in the same transaction. */
static void change_the_slot(struct paused *p) {
    const char *holder = "#holder";
    const struct scene *mine = &p->crowd.scene;
    struct scene_fill f;

    test_sql(holder, "begin");
    if (p->how->draws)
        test_sql(holder, "alter sequence kaquan.pool_card_%02d_next cache 1", (int)p->slot);
    else
        test_sql(holder, "lock table kaquan.pool_card_%02d in access exclusive mode", (int)p->slot);
    atomic_store(&p->crowd.stage, 1);
    scene_wait_for_locks(1);
    if (p->how->revoked) {
        scene_revoke(mine, 1);
        scene_epoch(mine, 2, 7000);
    }
    if (p->how->refilled)
        scene_fill(mine, p->how->revoked ? 2 : 1, 10);
    else
        scene_slot_give_back(p->slot);
    scene_slot_next(p->slot);
    scene_fill_begin(holder, &p->crowd.other, 1, 1000, &f);
    assert_int_equal(f.slot, p->slot);
    scene_fill_cards(holder, &f, NULL);
    scene_fill_commit(holder, &f, false);
    test_sql(holder, "commit");
}

static bool paused_client(int number, void *context) {
    struct paused *p = context;

    if (number == 0) {
        p->meanwhile(p);
    } else {
        test_wait_until(stage_reached, &p->crowd.stage, WAIT_SECONDS);
        p->crowd.answers[0] =
            p->how->renews ? scene_renew(SCENE_BACKEND, p->crowd.scene.key, "r1") : claim(&p->crowd.scene, "r1");
    }
    return true;
}

/* Is it one of the cards that are in its template's pool now? */
static bool of_its_own_pool(const struct scene *s, const struct answer *a) {
    int64_t slot = test_number(NULL, "select slot from kaquan.pool where template_id = %" PRId32, s->template_id);

    return test_number(NULL,
                       "select count(*) from kaquan.pool_card_%02d c join kaquan.pool p using (fill)"
                       " where p.template_id = %" PRId32 " and encode(c.nonce, 'hex') = '%s'::json->>'nonce_str'"
                       " and encode(c.signature, 'hex') = '%s'::json->>'signature'",
                       (int)slot, s->template_id, a->card_ext, a->card_ext) == 1;
}

static void a_paused_claim(const struct pause *how) {
    struct paused *p = test_shared(sizeof(*p));
    char key[40];

    snprintf(key, sizeof(key), "%s-stranger", how->key);
    p->how = how;
    p->meanwhile = change_the_slot;
    p->crowd.scene = scene_new(how->key, how->renews ? "wechat" : "merchant");
    p->crowd.other = scene_new(key, how->renews ? "wechat" : "merchant");
    p->slot = scene_fill(&p->crowd.scene, 1, 1000).slot;
    if (how->renews)
        claim(&p->crowd.scene, "r1");
    test_clients(2, paused_client, p);
    if (strcmp(p->crowd.answers[0].outcome, how->outcome) != 0)
        test_fail("%s: %s", how->key, p->crowd.answers[0].whole);
    if (how->refilled && !of_its_own_pool(&p->crowd.scene, &p->crowd.answers[0]))
        test_fail("%s: a stranger's card: %s", how->key, p->crowd.answers[0].whole);
    if (!how->refilled)
        assert_string_equal(p->crowd.answers[0].card_ext, "");
    assert_outcome(claim(&p->crowd.other, "r2"), "ok"); /* and the stranger has its cards */
}

/* Red without the check of the card's fill, in card_claim() or in card_renew(). */
TEST(a_claim_that_is_paused_never_gets_the_card_of_a_stranger) {
    for (size_t i = 0; i < ARRAY_LEN(pauses); i++)
        a_paused_claim(&pauses[i]);
}

/* --- a claimer that looked at a pool whose cards are over, while it is filled again --- */

/* It waits between its look at the pool and the reason for its refusal. */
static void fill_again(struct paused *p) {
    const char *holder = "#holder";
    const struct scene *mine = &p->crowd.scene;
    struct scene_fill f;

    test_wait_until(stage_reached, &p->warm, WAIT_SECONDS);
    scene_revoke(mine, 1);
    scene_epoch(mine, 2, 7000);
    test_sql(holder, "begin; lock table kaquan.ticket in access exclusive mode");
    atomic_store(&p->crowd.stage, 1);
    scene_wait_for_locks(1);
    scene_fill_begin(holder, mine, 2, 10, &f);
    scene_fill_cards(holder, &f, NULL);
    scene_fill_commit(holder, &f, false);
    test_sql(holder, "commit");
}

/* A session's first call opens all tables before it looks at anything. */
static bool refused_client(int number, void *context) {
    struct paused *p = context;

    if (number == 1) {
        claim(&p->crowd.scene, "r0");
        scene_renew(SCENE_BACKEND, p->crowd.scene.key, "r0");
        atomic_store(&p->warm, 1);
    }
    return paused_client(number, context);
}

/* Red ("empty") when a call whose pool was switched meanwhile does not begin anew. */
TEST(a_pool_that_is_filled_while_a_call_is_refused_is_not_called_empty) {
    static const struct pause hows[] = {{.key = "again1"}, {.key = "again2", .renews = true}};

    for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
        struct paused *p = test_shared(sizeof(*p));

        p->how = &hows[i];
        p->meanwhile = fill_again;
        p->crowd.scene = scene_new(p->how->key, p->how->renews ? "wechat" : "merchant");
        scene_fill(&p->crowd.scene, 1, 10);
        if (p->how->renews)
            claim(&p->crowd.scene, "r1");
        test_clients(2, refused_client, p);
        if (strcmp(p->crowd.answers[0].outcome, "ok") != 0)
            test_fail("%s: %s", p->how->key, p->crowd.answers[0].whole);
        assert_true(of_its_own_pool(&p->crowd.scene, &p->crowd.answers[0]));
    }
}

/* --- revocation under load --- */

enum { CLAIMERS = 32, CLAIMS_AFTER = 15, CLAIMS_MAX = 2000 };
struct revocation {
    struct scene scene;
    atomic_int claims, revoked;
    double revoked_at;
    struct {
        double began;
        bool ok;
    } log[CLAIMERS][CLAIMS_MAX];
    int logged[CLAIMERS];
};

static bool enough_claims(void *claims) {
    return atomic_load((atomic_int *)claims) > CLAIMERS * 5;
}

static void revoke_under_them(struct revocation *r) {
    test_wait_until(enough_claims, &r->claims, WAIT_SECONDS);
    scene_revoke(&r->scene, 1);
    r->revoked_at = strtod(test_sql(NULL, "select extract(epoch from clock_timestamp())"), NULL);
    scene_epoch(&r->scene, 2, 7000);
    scene_fill(&r->scene, 2, 2000);
    atomic_store(&r->revoked, 1);
}

static bool claim_and_log(int number, void *context) {
    struct revocation *r = context;
    int after = 0;

    if (number == CLAIMERS) {
        revoke_under_them(r);
        return true;
    }
    for (int i = 0; i < CLAIMS_MAX && after < CLAIMS_AFTER; i++) {
        char request[32];

        snprintf(request, sizeof(request), "r-%d-%d", number, i);
        after += atomic_load(&r->revoked);
        r->log[number][i].began =
            strtod(test_sql(SCENE_BACKEND, "select extract(epoch from clock_timestamp())"), NULL);
        r->log[number][i].ok = strcmp(claim(&r->scene, request).outcome, "ok") == 0;
        r->logged[number] = i + 1;
        atomic_fetch_add(&r->claims, 1);
    }
    return true;
}

/* Red without the epoch's check in the claim. */
TEST(no_claim_that_begins_after_a_revocation_gets_a_card_of_the_epoch) {
    struct revocation *r = test_shared(sizeof(*r));
    AUTO_BUF struct buf began = {0};
    int after = 0, before = 0;

    r->scene = scene_new("revocation", "merchant");
    scene_fill(&r->scene, 1, CLAIMERS * CLAIMS_MAX);
    test_clients(CLAIMERS + 1, claim_and_log, r);
    for (int i = 0; i < CLAIMERS; i++)
        for (int j = 0; j < r->logged[i]; j++) {
            if (r->log[i][j].ok && r->log[i][j].began > r->revoked_at) {
                buf_printf(&began, "%s'r-%d-%d'", after > 0 ? "," : "", i, j);
                after++;
            } else {
                before += r->log[i][j].ok;
            }
        }
    assert_true(before > 0 && after >= CLAIMERS);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.ticket where epoch = 1 and template_id = %" PRId32
                                 " and request_id in (%s)",
                                 r->scene.template_id, buf_str(&began)),
                     0);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.ticket where epoch = 2 and template_id = %" PRId32
                                 " and request_id in (%s)",
                                 r->scene.template_id, buf_str(&began)),
                     after);
}

/* --- nobody waits for anybody --- */

/* A claim that has to wait for a lock fails at once instead. */
static void claim_without_waiting(const struct scene *s) {
    static int number;
    char request[16];

    snprintf(request, sizeof(request), "n%d", number++);
    test_sql(SCENE_BACKEND, "set lock_timeout = 1");
    assert_outcome(claim(s, request), "ok");
}

/* Every step of a fill and a rotation of `filled` is still open while `claimed` is claimed from. */
static void fill_with_claims_between(const struct scene *filled, const struct scene *claimed) {
    const char *worker = "kaquan_worker";
    struct scene_fill f;

    test_sql(worker, "begin");
    scene_fill_begin(worker, filled, 1, 10, &f);
    claim_without_waiting(claimed);
    scene_fill_cards(worker, &f, NULL);
    claim_without_waiting(claimed);
    scene_fill_commit(worker, &f, false);
    claim_without_waiting(claimed);
    test_sql(worker, "commit");
    claim_without_waiting(claimed);
}

static void rotate_with_claims_between(const struct scene *rotated, const struct scene *claimed) {
    const char *worker = "kaquan_worker";

    test_sql(worker, "begin");
    test_sql(worker, "select kaquan.epoch_revoke(%" PRId64 ", 1, 'test')", rotated->account);
    claim_without_waiting(claimed);
    test_sql(worker, "commit");
    scene_epoch(rotated, 2, 7000);
    scene_fill(rotated, 2, 10);
    claim_without_waiting(claimed);
}

TEST(a_template_is_claimed_without_waiting_while_another_account_fills_and_rotates) {
    struct scene a = scene_new("calm", "merchant"), b = scene_new("busy", "merchant");

    scene_fill(&a, 1, 100);
    scene_fill(&b, 1, 100);
    fill_with_claims_between(&b, &a);
    rotate_with_claims_between(&b, &a);
    assert_int_equal(scene_tickets(&a), 6);
}

TEST(a_template_is_claimed_without_waiting_while_it_is_filled_itself) {
    struct scene a = scene_new("itself", "merchant");

    scene_fill(&a, 1, 100);
    fill_with_claims_between(&a, &a);
    assert_int_equal(scene_tickets(&a), 4);
}

/* The other way round: what an open claim holds stands in nobody's way. Red without NOWAIT. */
TEST(a_fill_and_a_rotation_wait_for_no_open_claim) {
    struct scene a = scene_new("open", "merchant"), b = scene_new("open2", "merchant");
    struct scene_fill before;

    before = scene_fill(&a, 1, 10);
    scene_fill(&b, 1, 10);
    test_sql(SCENE_BACKEND, "begin");
    assert_outcome(claim(&a, "r1"), "ok");
    test_sql("kaquan_worker", "set lock_timeout = 0; set statement_timeout = '5s'"); /* waiting would last */
    assert_int_not_equal(scene_fill(&b, 1, 10).slot, before.slot);
    assert_int_not_equal(scene_fill(&a, 1, 10).slot, before.slot);
    scene_slot_next(before.slot); /* free, and the first in line, but the open claim may still read it */
    assert_int_not_equal(scene_fill(&b, 1, 10).slot, before.slot);
    scene_revoke(&a, 1);
    scene_epoch(&a, 2, 7000);
    assert_int_not_equal(scene_fill(&a, 2, 10).slot, before.slot);
    assert_outcome(claim(&a, "r2"), "ok");
    assert_int_equal(test_number(NULL, "select count(*) from pg_locks where not granted"), 0);
    test_sql(SCENE_BACKEND, "commit");
    test_sql_close("kaquan_worker");
    scene_slot_next(before.slot);
    assert_int_equal(scene_fill(&b, 1, 10).slot, before.slot); /* it is over: the slot is used again */
}

TEST(when_open_claims_hold_every_slot_a_fill_says_so) {
    struct scene a = scene_new("every", "merchant");

    scene_fill(&a, 1, 10);
    test_sql("#holder", "begin");
    test_sql("#holder",
             "do $$ begin for i in 0..63 loop execute format('lock table kaquan.pool_card_%%s in access share mode',"
             " lpad(i::text, 2, '0')); end loop; end $$");
    test_sql_refused("kaquan_worker", "KQ501", "select kaquan.fill_begin(%" PRId32 ", 1, 10)", a.template_id);
    assert_outcome(claim(&a, "r1"), "ok");
    test_sql("#holder", "rollback");
    scene_fill(&a, 1, 10);
}

TEST(somebody_who_locks_rows_by_hand_stops_no_claim) {
    struct scene a = scene_new("byhand", "merchant");
    struct answer first;

    scene_fill(&a, 1, 10);
    first = claim(&a, "r1");
    test_sql("#holder", "begin; select from kaquan.pool for update");
    test_sql("#holder", "select from kaquan.pool_slot for update");
    test_sql("#holder", "select from kaquan.ticket for update");
    test_sql("#holder", "select from kaquan.template for update");
    claim_without_waiting(&a);
    assert_string_equal(claim(&a, "r1").whole, first.whole);
    test_sql("#holder", "rollback");
}

/* --- everything at once --- */

enum { PROCESSES = 16, CALLS = 1250, TEAM = 4, FILL_EVERY = 2500, FILL_CARDS = 8000 };

/* What a client heard, for all that was committed. */
struct heard {
    char request[24];
    char code[24];
    uint64_t whole; /* a hash of the answer */
};
struct storm {
    struct scene scene;
    atomic_int finished, calls;
    atomic_int step[PROCESSES / TEAM];
    int counts[PROCESSES];
    struct heard heard[PROCESSES][CALLS];
};

static uint64_t hash_of(const char *text) {
    uint64_t hash = 14695981039346656037u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash >> 1; /* fits a bigint */
}

/* Half new, a quarter repeats of what this process asked before, a quarter what its team asks at this moment. */
static void choose_request(struct storm *s, int number, int i, unsigned *seed, char *request, size_t size) {
    int dice = rand_r(seed) % 4;

    if (dice == 0)
        snprintf(request, size, "t%d-%d", number / TEAM, atomic_fetch_add(&s->step[number / TEAM], 1) / TEAM);
    else
        snprintf(request, size, "p%d-%d", number, dice == 1 ? rand_r(seed) % (i + 1) : i);
}

static void call_and_note(struct storm *s, int number, const char *request, bool take_back) {
    struct heard *h = &s->heard[number][s->counts[number]];
    struct answer a;

    if (take_back)
        test_sql(SCENE_BACKEND, "begin");
    a = scene_claim(SCENE_BACKEND, s->scene.key, request, "o1");
    if (take_back)
        test_sql(SCENE_BACKEND, "rollback");
    if (strcmp(a.outcome, "ok") != 0)
        test_fail("%s: %s", request, a.whole);
    if (take_back)
        return;
    text_copy(h->request, sizeof(h->request), request);
    text_copy(h->code, sizeof(h->code), a.code);
    h->whole = hash_of(a.whole);
    s->counts[number]++;
}

struct refill {
    struct storm *storm;
    int calls;
};

static bool refill_wanted(void *context) {
    const struct refill *r = context;

    return atomic_load(&r->storm->calls) >= r->calls || atomic_load(&r->storm->finished) == PROCESSES;
}

static void fill_until_they_finish(struct storm *s) {
    struct refill r = {s, 0};

    while (atomic_load(&s->finished) < PROCESSES) {
        scene_fill(&s->scene, 1, FILL_CARDS);
        r.calls += FILL_EVERY;
        test_wait_until(refill_wanted, &r, WAIT_SECONDS);
    }
}

static bool storm_client(int number, void *context) {
    struct storm *s = context;
    unsigned seed = (unsigned)number + 1;

    if (number == PROCESSES) {
        fill_until_they_finish(s);
        return true;
    }
    for (int i = 0; i < CALLS; i++) {
        char request[24];

        choose_request(s, number, i, &seed, request, sizeof(request));
        call_and_note(s, number, request, rand_r(&seed) % 10 == 0);
        atomic_fetch_add(&s->calls, 1);
    }
    atomic_fetch_add(&s->finished, 1);
    return true;
}

static void heard_into_table(const struct storm *s) {
    AUTO_BUF struct buf values = {0};

    test_sql(NULL, "create temporary table heard (request text, code text, whole bigint)");
    for (int i = 0; i < PROCESSES; i++) {
        buf_reset(&values);
        for (int j = 0; j < s->counts[i]; j++)
            buf_printf(&values, "%s('%s','%s',%" PRIu64 ")", j > 0 ? "," : "", s->heard[i][j].request,
                       s->heard[i][j].code, s->heard[i][j].whole);
        test_sql(NULL, "insert into heard values %s", buf_str(&values));
    }
}

/* reliability.md I1 and I2. */
TEST(no_card_is_given_twice_in_20000_calls_of_16_processes_with_rollbacks_repeats_and_refills) {
    struct storm *s = test_shared(sizeof(*s));

    s->scene = scene_new("storm", "merchant");
    scene_fill(&s->scene, 1, FILL_CARDS);
    test_clients(PROCESSES + 1, storm_client, s);
    heard_into_table(s);
    /* repeats are identical, and there were some */
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from (select from heard group by request having count(distinct whole) > 1) x"),
        0);
    assert_true(test_number(NULL, "select count(*) from (select from heard group by request having count(*) > 1) x") >
                1000);
    /* no card for two */
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from (select from heard group by code having count(distinct request) > 1) x"),
        0);
    assert_int_equal(
        test_number(NULL, "select count(*) - count(distinct code) from kaquan.ticket where template_id = %" PRId32,
                    s->scene.template_id),
        0);
    assert_int_equal(
        test_number(NULL, "select count(*) - count(distinct nonce) from kaquan.ticket where template_id = %" PRId32,
                    s->scene.template_id),
        0);
    /* none answered without its row, none stored that nobody heard of */
    assert_int_equal(test_number(NULL,
                                 "select count(*) from heard h where not exists (select from kaquan.ticket t"
                                 " where t.request_id = h.request and t.code = h.code and t.template_id = %" PRId32
                                 ")",
                                 s->scene.template_id),
                     0);
    assert_int_equal(scene_tickets(&s->scene), test_number(NULL, "select count(distinct request) from heard"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_request_id_from_24_sessions_at_once_gets_24_equal_answers, scene_end),
        cmocka_unit_test_teardown(one_request_id_from_24_sessions_gets_equal_answers_when_the_first_rolls_back,
                                  scene_end),
        cmocka_unit_test_teardown(of_64_claimers_one_gets_the_last_card_and_63_find_the_pool_empty, scene_end),
        cmocka_unit_test_teardown(of_64_claimers_one_gets_the_very_last_card_and_63_hear_sold_out, scene_end),
        cmocka_unit_test_teardown(a_claim_that_is_paused_never_gets_the_card_of_a_stranger, scene_end),
        cmocka_unit_test_teardown(a_pool_that_is_filled_while_a_call_is_refused_is_not_called_empty, scene_end),
        cmocka_unit_test_teardown(no_claim_that_begins_after_a_revocation_gets_a_card_of_the_epoch, scene_end),
        cmocka_unit_test_teardown(a_template_is_claimed_without_waiting_while_another_account_fills_and_rotates,
                                  scene_end),
        cmocka_unit_test_teardown(a_template_is_claimed_without_waiting_while_it_is_filled_itself, scene_end),
        cmocka_unit_test_teardown(a_fill_and_a_rotation_wait_for_no_open_claim, scene_end),
        cmocka_unit_test_teardown(when_open_claims_hold_every_slot_a_fill_says_so, scene_end),
        cmocka_unit_test_teardown(somebody_who_locks_rows_by_hand_stops_no_claim, scene_end),
        cmocka_unit_test_teardown(
            no_card_is_given_twice_in_20000_calls_of_16_processes_with_rollbacks_repeats_and_refills, scene_end),
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
