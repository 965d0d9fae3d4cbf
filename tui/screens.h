/* screens.h - the screens: a row of verbs each. To add one: a file screen_*.c and a row in screens.c. */
#ifndef KAQUAN_SCREENS_H
#define KAQUAN_SCREENS_H

#include "db.h"
#include "keys.h"
#include "ui.h"

enum { SCREENS_MAX = 9, SCREEN_PANES = 4 };

/* What a screen asks of the database, and how often (seconds). All screens keep to two statements a second, together
 * with what the header asks. */
struct question {
    const struct sql *statement;
    double every;
};

/* An answer, and what is to be known about it. */
struct pane {
    struct db_rows rows;
    double asked_at;    /* clock_seconds(); 0: ask at once */
    double answered_at; /* 0: never yet */
    bool failed;        /* the last answer was `err`; rows are those before */
    struct err err;
};

/* A screen's state while the program runs. */
struct view {
    struct pane panes[SCREEN_PANES]; /* one for each question */
    int top;                         /* first row of the list that is shown */
    int page;                        /* rows that had room when it was drawn */
};

struct screen {
    const char *name; /* --screen NAME */
    const char *title;
    const char *help;
    const struct question *load;
    size_t load_count;
    const struct key_row *keys;
    size_t key_count;
    void (*draw)(struct view *view, struct area area);
};
const struct screen *const *screen_list(size_t *count);
const struct screen *screen_find(const char *name); /* NULL: there is none */

extern const struct screen screen_pools;
extern const struct screen screen_jobs;

/* Draws what stands in place of a list: loading, an error with its cure, or `empty` (what to do about it). False when
 * there are rows to draw. */
bool pane_draw_state(const struct pane *pane, struct area area, const char *empty);
/* Keeps view->top where a list of `count` rows with room for `page` can be. */
void view_fit(struct view *view, int count, int page);
/* A line with a title across the area. */
void draw_rule(struct area area, const char *title);

#endif
