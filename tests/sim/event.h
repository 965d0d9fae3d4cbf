/* event.h - event pushes (reference, sections 18 and 19): built as XML, remembered for GET /sim/events, and posted by
 * a thread of their own to the account's callback URL, when it has one. */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "world.h"

struct card;
struct code;

enum event_state { EVENT_KEPT, EVENT_WAITING, EVENT_DELIVERED, EVENT_FAILED };

struct event {
    struct event *next; /* in the queue of pushes */
    int64_t id;
    char appid[64], from[65];
    const char *name;
    char card_id[29], code[21];
    char *xml;
    enum event_state state;
    int64_t attempts, due_ms; /* real, monotonic */
    long http_status;
    bool twice; /* to be pushed once more when delivered */
    bool queued;
    bool dropped; /* out of the ring while queued: whoever takes it off the queue frees it */
};

/* An element after CardId and UserCardCode; `number` writes it without CDATA. */
struct event_part {
    const char *name;
    const char *text;
    bool number;
};

/* `code` may be NULL; `from` is the openid, NULL for a technical sender. `name` must live for ever. */
void event_emit(struct world *w, const struct card *card, const struct code *code, const char *name, const char *from,
                const struct event_part *parts, size_t count);

/* Those after number `after`, at most `limit`, of one account or of all (NULL): {"events":[…],"last":n}. */
cJSON *events_json(const struct world *w, const char *appid, int64_t after, int64_t limit);

void events_clear(struct world *w);

/* The queue, ordered by due time. */
void event_queue(struct world *w, struct event *e);
struct event *event_take_due(struct world *w);
void event_let_go(struct event *e);

#endif
