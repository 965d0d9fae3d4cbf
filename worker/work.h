/* work.h - what the worker carries through a run: settings, connection, key, the way to WeChat. */
#ifndef KAQUAN_WORK_H
#define KAQUAN_WORK_H

#include "conf.h"
#include "db.h"
#include "err.h"
#include "http.h"
#include "seal.h"

struct work {
    struct conf conf;
    struct db *db;
    char host[64];        /* who we are in leases and whitelist checks: conf host */
    char person[128];     /* user@host, for the audit log */
    double time_scale;    /* site.time_scale: 1, or more in a rehearsal on scaled time */
    struct seal_key *key; /* work_key() */
    struct http *http;    /* work_http() */
    bool by_person;       /* a person's command, not a job: see wx_tools */
    bool quiet;
    bool json;    /* --json */
    bool plain;   /* --plain: tab-separated */
    bool dry_run; /* --dry-run: say what would be done */
    bool yes;     /* --yes: no question before a moderate act */
    int verbose;
    bool watched;          /* somebody waits for the end of this run: ping.h */
    struct buf said, next; /* what say() said: texts of JSON with commas between, and what to do next */
};

/* Connects (application_name kaquan-worker) and checks the schema. */
bool work_open(struct work *work, struct err *err);
/* Connects without asking for our schema: db init, db migrate, db status, doctor. `timeouts` false: none. */
bool work_open_raw(struct work *work, bool timeouts, struct err *err);
void work_close(struct work *work);

/* The private key and the HTTP client, made when first needed; owned by `work`. NULL and `err` when they cannot be.
 */
struct seal_key *work_key(struct work *work, struct err *err);
/* Is the key file ours to read? */
bool work_may_read_key(const struct work *work);
struct http *work_http(struct work *work, struct err *err);

#endif
