/* detail.h - the details of one ticket that WeChat lets change: seat, room, times. One table, whose rows say what
 * fits; reading, help, manual and the console's form are loops over it. (wechat-card-api.md section 14) */
#ifndef KAQUAN_DETAIL_H
#define KAQUAN_DETAIL_H

#include <cjson/cJSON.h>

#include "db.h"
#include "err.h"
#include "wx_api.h"

/* How a value is typed, and what WeChat gets. */
enum detail_type {
    DETAIL_TEXT,
    DETAIL_DIGITS, /* a text of digits alone */
    DETAIL_TIME,   /* 2026-12-01T19:30 in the event's zone: Unix seconds */
    DETAIL_NUMBER,
    DETAIL_SWITCH, /* on or off: true or false */
    DETAIL_SEATS,  /* A1,A2: a list of texts */
};

struct detail {
    const char *card_type;
    enum wx_endpoint_id endpoint; /* that changes it */
    const char *name;             /* WeChat's */
    const char *label;
    enum detail_type type;
    int64_t low, high; /* characters of a text, or a number; high 0: no limit is known */
    bool needed;
    const char *help; /* what it is, and what fits */
};
const struct detail *detail_rows(size_t *count);

/* Reads times as people type them. The last ones are remembered: a long list has few. */
enum { DETAIL_TIMES = 4 };
struct detail_times {
    struct db *db;
    struct {
        char typed[40];
        int64_t at;
    } known[DETAIL_TIMES];
    int next;
};

/* The details in `words`, each NAME=VALUE, or a single one that is a JSON object with what WeChat gets; as that
 * object, which the caller owns. NULL (ERR_INPUT, naming the detail and what fits) otherwise. */
cJSON *details_read(struct detail_times *times, const char *card_type, const char *const *words, int count,
                    struct err *err);

#endif
