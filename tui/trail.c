#include "trail.h"

#include <stdio.h>
#include <string.h>

#include "console.h"

static void write_place(const struct console *c, struct buf *out) {
    for (int i = 0; i < c->depth; i++)
        buf_printf(out, "%s %s\n", c->places[i]->screen->name, c->places[i]->subject);
}

static void forget_from(struct trail *t, int first) {
    for (int i = first; i < t->count; i++)
        buf_wipe(&t->places[i]);
    t->count = first;
}

static void forget_oldest(struct trail *t) {
    buf_wipe(&t->places[0]);
    memmove(t->places, t->places + 1, (size_t)--t->count * sizeof(*t->places));
    t->places[t->count] = (struct buf){0};
    t->at--;
}

void trail_note(struct console *c) {
    struct trail *t = &c->trail;
    AUTO_BUF struct buf here = {0};

    write_place(c, &here);
    if (t->count > 0 && strcmp(buf_str(&here), buf_str(&t->places[t->at])) == 0)
        return;
    if (t->count > 0)
        forget_from(t, t->at + 1);
    if (t->count == TRAIL_MOST)
        forget_oldest(t);
    buf_text(&t->places[t->count], buf_str(&here));
    t->at = t->count++;
}

/* A root, then children, as they were opened. */
static void go(struct console *c, const char *place) {
    for (int i = 0; *place; i++) {
        size_t len = strcspn(place, "\n");
        char line[VIEW_TEXT + 64], *subject;

        snprintf(line, sizeof(line), "%.*s", (int)len, place);
        subject = strchr(line, ' ');
        *subject++ = '\0';
        if (i == 0)
            console_go(c, screen_find(line));
        else
            console_open(c, line, subject);
        place += len + 1;
    }
}

bool trail_step(struct console *c, int by) {
    struct trail *t = &c->trail;

    if (t->at + by < 0 || t->at + by >= t->count)
        return false;
    t->at += by;
    go(c, buf_str(&t->places[t->at]));
    return true;
}

void trail_clear(struct trail *t) {
    forget_from(t, 0);
}
