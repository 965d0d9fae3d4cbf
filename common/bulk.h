/* bulk.h - acts on many tickets through WeChat: which there are, and the lists of what they are to do. */
#ifndef KAQUAN_BULK_H
#define KAQUAN_BULK_H

#include <cjson/cJSON.h>

#include "audit.h"
#include "buf.h"
#include "db.h"
#include "detail.h"
#include "err.h"
#include "template.h"
#include "wx_api.h"

enum bulk_act_id { BULK_CONSUME, BULK_VOID, BULK_CHANGE_CODE, BULK_UPDATE, BULK_ACTS };

/* A row of the table of acts. */
struct bulk_act {
    enum bulk_act_id id;
    const char *name; /* bulk.act; with "ticket_" before it, audit_log.action */
    const char *step; /* kind of ticket_event */
    const char *rest; /* what stands behind the code on a line, or NULL */
    const char *help; /* what happens to the tickets: "are consumed for ever" */
};
const struct bulk_act *bulk_act(enum bulk_act_id id);
/* By its name; NULL when there is none. */
const struct bulk_act *bulk_act_named(const char *name);

/* The endpoint that carries an act out on tickets of a card type; false (ERR_INPUT) when WeChat has none. */
bool bulk_endpoint(const struct bulk_act *act, const char *card_type, enum wx_endpoint_id *endpoint, struct err *err);

/* Tickets that an act is to be done to. Begins as {.act, .card_type, .times.db}. */
struct bulk_list {
    const struct bulk_act *act;
    const char *card_type;
    struct detail_times times;
    struct buf text; /* [{n, code, argument}, without the bracket at its end */
    int64_t count;
};

/* Adds the ticket of the line "CODE" or "CODE REST". A value with blanks stands in "...". */
bool bulk_line(struct bulk_list *list, const char *line, int64_t number, struct err *err);
/* The same from its words: the code, and what belongs to it. */
bool bulk_words(struct bulk_list *list, const char *const *words, int count, int64_t number, struct err *err);

/* Stores the list as an act for the worker, all or none, with its row in the audit log. */
bool bulk_add(struct db *db, const struct act *who, const struct template *t, const struct bulk_list *list,
              int64_t *id, struct err *err);

#endif
