#include "apiticket.h"

#include <string.h>

#include "account.h"

#define TICKET_LENGTH 86
#define TICKETS_KEPT 256

static const char *const type_names[TICKET_TYPES] = {"wx_card", "jsapi"};

int ticket_type_of(const char *text) {
    for (int i = 0; i < TICKET_TYPES; i++)
        if (text && strcmp(text, type_names[i]) == 0)
            return i;
    return -1;
}

const char *ticket_type_name(enum ticket_type type) {
    return type_names[type];
}

static struct ticket_value *last_of(const struct ticket_line *line) {
    return line->count ? &line->values[line->count - 1] : NULL;
}

/* The oldest values are forgotten once there are TICKETS_KEPT. */
static struct ticket_value *issue(struct world *w, struct ticket_line *line, int64_t starts_ms) {
    if (line->count == TICKETS_KEPT) {
        memmove(line->values, line->values + 1, (TICKETS_KEPT - 1) * sizeof *line->values);
        line->count--;
    }
    line->values = need_more(line->values, (line->count + 1) * sizeof *line->values);
    struct ticket_value *t = &line->values[line->count++];
    memset(t, 0, sizeof *t);
    random_text(t->value, TICKET_LENGTH, ALPHABET_URL);
    t->starts_ms = starts_ms;
    t->ends_ms = starts_ms + w->set.ticket_life * 1000;
    line->issued++;
    return t;
}

/* Where the next window starts: now, or, if windows are aligned, where the last whole one ended. */
static int64_t next_start(const struct world *w, const struct ticket_value *old, int64_t now) {
    int64_t life = w->set.ticket_life * 1000;
    if (!w->set.ticket_aligned || life <= 0 || now < old->ends_ms)
        return now;
    return old->ends_ms + (now - old->ends_ms) / life * life;
}

/* How old an account's first value already is: never past its end. */
static int64_t first_age(const struct world *w) {
    return w->set.ticket_life > 0 ? w->set.ticket_age % w->set.ticket_life * 1000 : 0;
}

const struct ticket_value *ticket_fetch(struct world *w, struct account *a, enum ticket_type type) {
    struct ticket_line *line = &a->tickets[type];
    struct ticket_value *t = last_of(line);
    int64_t now = clock_ms(&w->clock);
    if (t == NULL)
        return issue(w, line, now - first_age(w));
    if (t->revoked)
        return issue(w, line, now);
    if (now >= t->ends_ms)
        return issue(w, line, next_start(w, t, now));
    if (w->set.ticket_mode == TICKET_OVERLAP && now >= t->ends_ms - w->set.overlap * 1000)
        return issue(w, line, now);
    return t;
}

const struct ticket_value *ticket_revoke(struct world *w, struct account *a, enum ticket_type type) {
    struct ticket_line *line = &a->tickets[type];
    for (size_t i = 0; i < line->count; i++)
        line->values[i].revoked = true;
    return issue(w, line, clock_ms(&w->clock));
}

bool ticket_accepted(const struct world *w, const struct ticket_value *t) {
    return !t->revoked && clock_ms(&w->clock) < t->ends_ms + w->set.ticket_grace * 1000;
}

int64_t ticket_expires_in(const struct world *w, const struct ticket_value *t) {
    if (w->set.ticket_countdown)
        return (t->ends_ms - clock_ms(&w->clock) + 999) / 1000;
    return w->set.ticket_life;
}

void ticket_fingerprint(const struct ticket_value *t, char *text) {
    char hex[41];
    sha1_hex(t->value, strlen(t->value), hex);
    copy_text(text, 9, hex);
}
