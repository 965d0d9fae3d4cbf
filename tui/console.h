/* console.h - the program while it runs: one loop over terminal and database, one frame at a time. */
#ifndef KAQUAN_CONSOLE_H
#define KAQUAN_CONSOLE_H

#include "db_async.h"
#include "screens.h"
#include "text.h"

struct console {
    struct db_async *db;
    const struct screen *const *screens;
    size_t screen_count;
    size_t current; /* the screen shown */
    struct view views[SCREENS_MAX];
    struct pane schema; /* which migrations the database has; asked once a connection */
    int schema_connection;
    struct pane worker;  /* what the header says about workers */
    struct pane *asking; /* whose statement is on its way */
    double started_at;
    bool paused;
    bool helping; /* the help lies over the screen */
    bool quit;
    bool changed; /* the next frame looks different */
};

/* Runs until q, a stop signal, or the terminal is gone. The terminal was started. */
void console_run(const struct db_options *options, const struct screen *first);

/* One frame. draw.c */
void console_draw(struct console *console);
/* The help over the screen's area, made from the tables. help.c */
void help_draw(const struct console *console, struct area area);

struct view *console_view(struct console *console);
const struct screen *console_screen(const struct console *console);

#endif
