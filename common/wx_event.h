/* wx_event.h - WeChat's pushes: which there are, what each means for a ticket, and the reader of their text. */
#ifndef KAQUAN_WX_EVENT_H
#define KAQUAN_WX_EVENT_H

#include "base.h"
#include "buf.h"
#include "err.h"

/* A row of the table of events. */
struct wx_event_row {
    const char *event;   /* WeChat's name */
    const char *step;    /* kind of ticket_event (table ticket_step), or NULL */
    const char *when;    /* the member that must be "1" for this row, or NULL: any */
    const char *verdict; /* what WeChat calls the template's status from then on, or NULL */
    const char *help;
};
const struct wx_event_row *wx_event_rows(size_t *count);

/* The verdict on a template that an event brings, or NULL. */
const char *wx_event_verdict(const char *event);

/* Whose pushes are read. */
struct wx_event_account {
    const char *appid;
    const char *original_id;
    const char *aes_key; /* NULL: not stored */
};

/* Reads the push `payload` and appends it to `out` as a JSON object with the columns of wx_event as its members and
 * `id`; a text that is no push of this account becomes one with a note why. */
void wx_event_read(const struct wx_event_account *account, int64_t id, const char *payload, struct buf *out);

#endif
