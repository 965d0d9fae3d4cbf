/* apiticket.h - api_tickets (type wx_card) and jsapi_tickets: windows of 7200 s, in the modes `overlap` and `fixed`.
 */
#ifndef SIM_APITICKET_H
#define SIM_APITICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

struct account;

enum ticket_type { TICKET_WX_CARD, TICKET_JSAPI, TICKET_TYPES };

struct ticket_value {
    char value[87];
    int64_t starts_ms, ends_ms;
    bool revoked;
};

/* Every value there was, the latest last; old ones are kept so that a stale signature can be told from a wrong one.
 */
struct ticket_line {
    struct ticket_value *values;
    size_t count;
    int64_t issued; /* ever; `count` stops growing when the oldest are forgotten */
};

/* "wx_card" or "jsapi"; -1 otherwise. */
int ticket_type_of(const char *text);
const char *ticket_type_name(enum ticket_type type);

/* What getticket answers now; issues a value when one is due. */
const struct ticket_value *ticket_fetch(struct world *w, struct account *a, enum ticket_type type);

/* Refuses every value there is and issues a new one. */
const struct ticket_value *ticket_revoke(struct world *w, struct account *a, enum ticket_type type);

/* Would the simulated user's phone accept a signature made with it? */
bool ticket_accepted(const struct world *w, const struct ticket_value *t);

/* What getticket says in expires_in. */
int64_t ticket_expires_in(const struct world *w, const struct ticket_value *t);

/* The first 8 hex digits of the value's SHA-1; `text` holds 9 bytes. */
void ticket_fingerprint(const struct ticket_value *t, char *text);

#endif
