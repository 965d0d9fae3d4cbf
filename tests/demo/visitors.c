/* visitors: many visitors of an event at once, as the mini program's backend serves them. Each client is a process
 * with a connection of its own: it claims a card by card_claim() and lets a simulated user add it to the wallet.
 * Connects as libpq's environment says, with a backend's login. Prints one summary; ends with 1 when something was
 * refused. */
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "base.h"
#include "buf.h"
#include "clock.h"
#include "http.h"
#include "json.h"
#include "random.h"

enum {
    CLIENTS_MAX = 256,
    REASON_MAX = 200,
    ID_MAX = 40,
    BUCKETS = 256, /* of latencies: 8 to each doubling of microseconds */
    PATIENCE_S = 60
};
static const double ASK_AGAIN_S = 0.02;

static struct {
    const char *template;
    const char *sim; /* NULL: cards are claimed and not added */
    int clients;
    long claims;    /* in all; 0: not limited */
    double seconds; /* 0: not limited */
    int rotations;  /* stop after so many new epochs; 0: do not care */
    double pause_s; /* of a visitor between two claims */
    bool json;
} plan = {.clients = 10};

/* What happened, shared by all clients. */
struct tally {
    atomic_long begun, claimed, added, refused, reconnects, waited;
    atomic_long longest_claim_us, longest_wait_us;
    atomic_long valid_until; /* of the newest card, in Unix seconds */
    atomic_int rotations;
    atomic_bool stop;
    atomic_flag reason_taken;
    char reason[REASON_MAX]; /* of the first refusal */
    atomic_long latency[BUCKETS];
};
static struct tally *tally;
static double deadline; /* 0: none */

static void raise_to(atomic_long *most, long value) {
    long known = atomic_load(most);
    while (value > known && !atomic_compare_exchange_weak(most, &known, value))
        continue;
}

static void refuse(const char *what, const char *why) {
    atomic_fetch_add(&tally->refused, 1);
    if (!atomic_flag_test_and_set(&tally->reason_taken))
        snprintf(tally->reason, sizeof tally->reason, "%s: %s", what, why);
}

/* --- one visitor --- */

struct client {
    PGconn *db;
    struct http *http;
    struct random chance;
};

struct card {
    char outcome[24];
    char card_id[64];
    char card_ext[512];
    long valid_until;
    double retry_after;
};

/* A UUIDv7: requests that come one after the other stand beside each other in the index. */
static void request_id(struct client *c, char id[ID_MAX]) {
    const unsigned char *r = random_take(&c->chance, 10);
    int64_t ms = (int64_t)(clock_wall() * 1000);
    snprintf(id, ID_MAX, "%08x-%04x-7%x%02x-%x%x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)(ms >> 16),
             (unsigned)(ms & 0xffff), r[0] & 15u, r[1], 8u | (r[2] & 3u), r[2] >> 4, r[3], r[4], r[5], r[6], r[7],
             r[8], r[9]);
}

static void note_latency(double seconds) {
    double us = fmax(seconds * 1e6, 1);
    int bucket = (int)(log2(us) * 8);
    atomic_fetch_add(&tally->latency[bucket < BUCKETS ? bucket : BUCKETS - 1], 1);
    raise_to(&tally->longest_claim_us, (long)us);
}

static void note_epoch(long valid_until) {
    long known = atomic_load(&tally->valid_until);
    while (valid_until > known)
        if (atomic_compare_exchange_weak(&tally->valid_until, &known, valid_until)) {
            /* a repeated answer may move the end of the same epoch by a second */
            if (known > 0 && valid_until > known + 1 && atomic_fetch_add(&tally->rotations, 1) + 1 == plan.rotations)
                atomic_store(&tally->stop, true);
            return;
        }
}

static void take(struct card *card, const PGresult *row) {
    text_copy(card->outcome, sizeof card->outcome, PQgetvalue(row, 0, 0));
    text_copy(card->card_id, sizeof card->card_id, PQgetvalue(row, 0, 1));
    text_copy(card->card_ext, sizeof card->card_ext, PQgetvalue(row, 0, 2));
    card->valid_until = strtol(PQgetvalue(row, 0, 3), NULL, 10);
    card->retry_after = strtod(PQgetvalue(row, 0, 4), NULL);
}

/* One call. False: no answer, so nobody knows whether a card was claimed; the same request id is asked again. */
static bool claim(struct client *c, const char *id, struct card *card) {
    const char *const values[] = {plan.template, id};
    double start = clock_seconds();
    PGresult *row = PQexecParams(c->db,
                                 "select outcome, card_id, card_ext, extract(epoch from valid_until)::bigint,"
                                 " extract(epoch from retry_after) from kaquan.card_claim($1, $2)",
                                 2, NULL, values, NULL, NULL, 0);
    bool good = PQresultStatus(row) == PGRES_TUPLES_OK && PQntuples(row) == 1;
    if (good)
        take(card, row);
    else if (PQstatus(c->db) == CONNECTION_OK)
        refuse("card_claim", PQresultErrorMessage(row));
    PQclear(row);
    note_latency(clock_seconds() - start);
    return good;
}

static bool may_come_later(const struct card *card) {
    return strcmp(card->outcome, "empty") == 0 || strcmp(card->outcome, "expired") == 0 ||
           strcmp(card->outcome, "pending") == 0;
}

/* Asks until there is a card, as a visitor would who waits at the screen. */
static bool claim_patiently(struct client *c, const char *id, struct card *card) {
    double start = clock_seconds(), since = 0;
    while (clock_seconds() < start + PATIENCE_S) {
        if (!claim(c, id, card)) {
            if (PQstatus(c->db) == CONNECTION_OK)
                return false;
            atomic_fetch_add(&tally->reconnects, 1);
            clock_sleep(ASK_AGAIN_S);
            PQreset(c->db);
            continue;
        }
        if (strcmp(card->outcome, "ok") == 0) {
            if (since > 0)
                raise_to(&tally->longest_wait_us, (long)((clock_seconds() - since) * 1e6));
            return true;
        }
        if (!may_come_later(card))
            break;
        if (since <= 0) {
            since = clock_seconds();
            atomic_fetch_add(&tally->waited, 1);
        }
        clock_sleep(fmin(ASK_AGAIN_S, fmax(card->retry_after, 0.001)));
    }
    refuse("card_claim", card->outcome);
    return false;
}

/* wx.addCard in the hand of a user of the simulator, who verifies the signature as WeChat does. */
static bool add(struct client *c, const struct card *card) {
    AUTO_BUF struct buf body = {0};
    AUTO_REPLY struct http_reply reply = {0};
    struct http_request request = {.base = plan.sim, .path = "/sim/add_card", .body = &body, .cap = HTTP_CAP_SMALL};
    struct err err = {0};
    buf_text(&body, "{\"card_id\":");
    json_quote(&body, card->card_id);
    buf_text(&body, ",\"card_ext\":");
    json_quote(&body, card->card_ext);
    buf_text(&body, "}");
    if (!http_call(c->http, &request, &reply, &err)) {
        refuse("add_card", err.text);
        return false;
    }
    AUTO_JSON cJSON *answer = json_parse(buf_str(&reply.body), reply.body.len, NULL, &err);
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok"))) {
        refuse("add_card", buf_str(&reply.body));
        return false;
    }
    return true;
}

static void visit(struct client *c) {
    struct card card = {0};
    char id[ID_MAX];
    request_id(c, id);
    if (!claim_patiently(c, id, &card))
        return;
    atomic_fetch_add(&tally->claimed, 1);
    if (plan.sim && add(c, &card))
        atomic_fetch_add(&tally->added, 1);
    note_epoch(card.valid_until);
}

/* --- the crowd --- */

static bool more(void) {
    if (atomic_load(&tally->stop) || (deadline > 0 && clock_seconds() >= deadline))
        return false;
    return plan.claims == 0 || atomic_fetch_add(&tally->begun, 1) < plan.claims;
}

static int be_client(void) {
    struct client c = {0};
    struct http_options options = {.ca_file = "/etc/ssl/certs/ca-certificates.crt"};
    struct err err = {0};
    random_init(&c.chance);
    c.db = PQconnectdb("application_name=visitors");
    if (PQstatus(c.db) != CONNECTION_OK)
        refuse("connecting", PQerrorMessage(c.db));
    else if (plan.sim && (c.http = http_new(&options, &err)) == NULL)
        refuse("HTTP", err.text);
    else
        while (more()) {
            visit(&c);
            if (plan.pause_s > 0)
                clock_sleep(plan.pause_s * (0.5 + random_unit()));
        }
    http_free(c.http);
    PQfinish(c.db);
    random_clear(&c.chance);
    return 0;
}

static bool run_clients(void) {
    pid_t pids[CLIENTS_MAX];
    bool good = true;
    for (int i = 0; i < plan.clients; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(be_client());
        }
    }
    for (int i = 0; i < plan.clients; i++) {
        int status = 0;
        if (pids[i] < 0 || waitpid(pids[i], &status, 0) != pids[i] || status != 0)
            good = false;
    }
    return good;
}

/* The latency that `share` of all calls stayed below, to an eighth of a doubling. */
static double latency_ms(double share) {
    long all = 0, below = 0;
    for (int i = 0; i < BUCKETS; i++)
        all += tally->latency[i];
    for (int i = 0; i < BUCKETS; i++) {
        below += tally->latency[i];
        if ((double)below >= share * (double)all)
            return exp2((i + 1) / 8.0) / 1e3;
    }
    return 0;
}

static void summary(double seconds) {
    double rate = seconds > 0 ? (double)tally->claimed / seconds : 0;
    double claim_ms = (double)tally->longest_claim_us / 1e3, wait_ms = (double)tally->longest_wait_us / 1e3;
    if (plan.json)
        printf("{\"seconds\":%.3f,\"claimed\":%ld,\"added\":%ld,\"refused\":%ld,\"waited\":%ld,\"reconnects\":%ld,"
               "\"rotations\":%d,\"claims_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"longest_claim_ms\":%.3f,"
               "\"longest_wait_ms\":%.3f}\n",
               seconds, tally->claimed, tally->added, tally->refused, tally->waited, tally->reconnects,
               tally->rotations, rate, latency_ms(0.5), latency_ms(0.99), claim_ms, wait_ms);
    else
        printf(
            "claimed: %ld in %.1f s by %d clients, added: %ld, refused: %ld, new epochs: %d, longest claim: %.1f ms,"
            " had to wait: %ld, longest wait for a card: %.2f s\n",
            tally->claimed, seconds, plan.clients, tally->added, tally->refused, tally->rotations, claim_ms,
            tally->waited, wait_ms / 1e3);
    if (tally->refused > 0)
        fprintf(stderr, "visitors: first refusal: %s\n", tally->reason);
}

/* --- command line --- */

static _Noreturn void usage(int code) {
    fprintf(
        code == 0 ? stdout : stderr,
        "visitors --template KEY [--sim URL] [--clients N] [--claims N] [--seconds S] [--rotations N] [--pause MS]"
        " [--json]\n"
        "  --sim URL      of kaquan-sim: each card is added by a simulated user\n"
        "  --claims N     ends after N claims in all; --seconds S: after S seconds;\n"
        "  --rotations N  when cards of N new epochs were handed out (and fails when --seconds pass before)\n"
        "  --pause MS     of a client between two claims\n");
    exit(code);
}

static double number(const char *text, double low, double high) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high)) {
        fprintf(stderr, "visitors: \"%s\" is no number of %g..%g\n", text, low, high);
        exit(64);
    }
    return value;
}

static void read_options(int argc, char **argv) {
    static const struct option options[] = {
        {"template", required_argument, NULL, 't'}, {"sim", required_argument, NULL, 's'},
        {"clients", required_argument, NULL, 'c'},  {"claims", required_argument, NULL, 'n'},
        {"seconds", required_argument, NULL, 'd'},  {"rotations", required_argument, NULL, 'r'},
        {"pause", required_argument, NULL, 'p'},    {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (o) {
        case 't':
            plan.template = optarg;
            break;
        case 's':
            plan.sim = optarg;
            break;
        case 'c':
            plan.clients = (int)number(optarg, 1, CLIENTS_MAX);
            break;
        case 'n':
            plan.claims = (long)number(optarg, 1, 1e12);
            break;
        case 'd':
            plan.seconds = number(optarg, 0.01, 1e6);
            break;
        case 'r':
            plan.rotations = (int)number(optarg, 1, 1e6);
            break;
        case 'p':
            plan.pause_s = number(optarg, 0, 1e6) / 1e3;
            break;
        case 'j':
            plan.json = true;
            break;
        default:
            usage(o == 'h' ? 0 : 64);
        }
    if (optind < argc || plan.template == NULL || (plan.claims == 0 && plan.seconds <= 0 && plan.rotations == 0))
        usage(64);
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tally == MAP_FAILED) {
        perror("visitors: mmap");
        return 71;
    }
    double start = clock_seconds();
    deadline = plan.seconds > 0 ? start + plan.seconds : 0;
    bool good = run_clients();
    summary(clock_seconds() - start);
    return good && tally->refused == 0 && tally->rotations >= plan.rotations ? 0 : 1;
}
