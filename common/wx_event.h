/* wx_event.h - WeChat's pushes: which there are, what each means for a ticket, and the reader of their text. */
#ifndef KAQUAN_WX_EVENT_H
#define KAQUAN_WX_EVENT_H

#include "base.h"
#include "buf.h"
#include "err.h"

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
