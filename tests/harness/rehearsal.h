/* rehearsal.h - a whole event on scaled time, through the programs as people use them: simulated WeChat, database,
 * key, accounts, templates, workers, and a crowd of visitors that claim cards and add them to their wallets. */
#ifndef KAQUAN_REHEARSAL_H
#define KAQUAN_REHEARSAL_H

#include <stdatomic.h>

#include "harness.h"
#include "scene.h"

/* Starts the simulated WeChat at this scale, with these options, and a fresh database with key, scale and
 * margin (WeChat's seconds). Reviews end at once. */
#define rehearsal_begin(scale, margin, ...) rehearsal_start(scale, margin, (const char *const[]){__VA_ARGS__, NULL})
void rehearsal_start(double scale, int margin, const char *const *sim_options);
/* Teardown of each test, also of one that failed. KAQUAN_TEST_KEEP=1 leaves the directory. */
int rehearsal_end(void **state);
/* A file in the directory of this rehearsal; it lives for 8 more calls. */
const char *rehearsal_file(const char *name);

/* The account at the simulator and here, granted to SCENE_BACKEND. The appid is the key with "wx" before and zeros
 * behind. */
void rehearsal_account(const char *key, const char *secret);
const char *rehearsal_appid(const char *key);
/* A template of that account, queued for review. `mode`: merchant, deposit, wechat, bound (merchant with
 * bind_openid). */
struct scene rehearsal_template(const char *account, const char *key, const char *mode, int64_t target, int64_t low);
/* One of another type of card, mode merchant; the type is its key and title: "movie_ticket". `rest`: the fields
 * beside base_info. */
struct scene rehearsal_template_of(const char *account, const char *type, const char *rest, int64_t target);

/* A word at a time, as in a shell without quotes; must end with `code`. */
void rehearsal_worker(int code, const char *line);
struct test_output rehearsal_output(const char *line);
/* The same with a text on standard input. */
struct test_output rehearsal_reading(const char *input, const char *line);
/* `run` of this kind of job, killed at the fault point (fault.h); the job's lease is over. */
void rehearsal_killed(const char *fault, const char *kind);
/* `serve`, with its output in the file; ended by test_end(). */
pid_t rehearsal_serve(const char *log);
/* A worker that a fault stops (NAME:NTH:stop of fault.h): `serve` or the words of another command. Returns once it
 * stands still; test_end(pid, SIGCONT, ...) lets it go on. */
pid_t rehearsal_stopped(const char *fault, const char *line);
/* `run` until the template has cards. */
void rehearsal_fill(const struct scene *s);
/* Is there a card to claim? For test_wait_until(). */
bool rehearsal_ready(void *scene);

/* The account's part of /sim/stats; the caller deletes the answer. */
const cJSON *rehearsal_stats(const char *account, cJSON **answer);
/* How often this interface was called for it. */
int rehearsal_calls(const char *account, const char *path);
/* The api_ticket that it gives at present, and whether it still accepts this one. */
const char *rehearsal_ticket(const char *account);
bool rehearsal_accepts(const char *account, const char *fingerprint);

/* --- adding cards --- */

/* A user's wx.addCard; "ok", or the reason of the refusal, with " (stale)" when the api_ticket is over. */
const char *rehearsal_add(const char *card_id, const char *card_ext, const char *openid);
/* An item for a list of cards, and the whole list at once: how many were accepted; fails the test unless it is all.
 */
void rehearsal_list(cJSON *list, const struct answer *a, const char *openid);
void rehearsal_add_all(cJSON *list);

/* --- the crowd --- */

enum { VISITS_MAX = 200000 };
struct visit {
    double begin, end; /* clock_seconds() of the call of card_claim() */
    int client, request;
    char outcome[24];
    char code[24];
    double retry_after;
};
struct crowd {
    const struct scene *scene;
    double pause_s;   /* of a client between two visitors */
    double seconds;   /* ends then at the latest */
    atomic_int calls; /* of card_claim(), noted below */
    atomic_int added, refused;
    atomic_bool stop;
    char refusal[200]; /* the last one */
    struct visit visits[VISITS_MAX];
};
/* Shared memory, for the life of the program. */
struct crowd *rehearsal_crowd(const struct scene *s, double pause_s, double seconds);
/* Clients that claim and add until `conductor` ends; it runs as one more client, and says whether all was well. */
void rehearsal_visit(struct crowd *crowd, int clients, bool (*conductor)(struct crowd *crowd));
/* Calls with this outcome. */
int rehearsal_outcomes(const struct crowd *crowd, const char *outcome);
/* The gaps: from the first call that began without getting a card to the answer of the next that got one. Sorts the
 * visits. Returns how many, at most `most`. */
struct gap {
    double begin, end; /* clock_seconds() */
};
int rehearsal_gaps(struct crowd *crowd, struct gap gaps[], int most);
/* Prints what a worker's log says of that time and a moment before: for whoever looks why. */
void rehearsal_show(const char *log, const struct gap *gap);
/* Every answer "ok" is a ticket of its own with its code, and nobody's card was refused. */
void rehearsal_nothing_lost(const struct crowd *crowd);

#endif
