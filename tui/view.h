/* view.h - what a screen remembers while it is open: answers, the row under the cursor, marks, filter, order. */
#ifndef KAQUAN_VIEW_H
#define KAQUAN_VIEW_H

#include "buf.h"
#include "db.h"
#include "filter.h"

enum { SCREEN_PANES = 6, PART_WITHOUT = SCREEN_PANES, VIEW_TEXT = 256 };

struct screen;

/* An answer, and what is to be known about it. */
struct pane {
    struct db_rows rows;
    double asked_at;    /* clock_seconds(); 0: ask at once */
    double answered_at; /* 0: never yet */
    bool failed;        /* the last answer was `err`; rows are those before */
    struct err err;
    int room;               /* rows it has on the screen; 0: it is not there */
    int at, top;            /* of all but the main list: the row under its cursor; the first one shown */
    bool more;              /* something is left out at its end */
    bool held;              /* a log was scrolled back: it does not follow its end */
    char cursor[VIEW_TEXT]; /* the id of the row at `at` */
};

/* How the rows of a list are shown. */
enum view_rows {
    ROWS_FIT,   /* as many columns as have room */
    ROWS_WIDE,  /* columns as wide as what stands there */
    ROWS_WHOLE, /* that under the cursor with all its columns, below the list; lines of a log over several rows */
    VIEW_ROWS
};

/* A statement that a screen writes itself; texts of parameters are lent by the view. */
struct query {
    struct sql statement;
    struct buf text;
    struct filter filter;
    struct filter_parameters parameters;
};

struct view {
    const struct screen *screen;
    char subject[VIEW_TEXT]; /* what it is about: a key, an id; "" for screens about everything */
    struct pane panes[SCREEN_PANES];
    char cursor[VIEW_TEXT]; /* the id of the row under the cursor: it stays with that row wherever it goes */
    int at;                 /* its place among the rows shown; where the cursor goes when its row is gone */
    int top, page;          /* first row shown, rows that have room */
    int *order;             /* rows shown, in their order */
    int shown;
    struct buf marks; /* ids, a line each */
    int marked;
    char filter[VIEW_TEXT];
    struct pane without;        /* how many match without the filter's last term; filtered.h */
    char without_of[VIEW_TEXT]; /* the filter that this is about */
    size_t without_at;          /* where its last term begins */
    unsigned hidden;            /* fields of the main part that are not shown, a bit each */
    enum view_rows rows;
    int left;               /* columns scrolled out behind the first, which stays */
    bool more_right;        /* some have no room */
    int active;             /* the part that keys move in */
    char search[VIEW_TEXT]; /* what was looked for in a log */
    int sort;               /* a field of the main part; -1: as the database gave them */
    bool reversed;
    char aside_of[VIEW_TEXT]; /* the row that the panes beside were asked for */
    void *own;                /* the screen's */
};

struct view *view_new(const struct screen *screen, const char *subject);
void view_free(struct view *view);

/* The answer of the main part changed, or filter or order: places the rows and finds the cursor's again. */
void view_arrange(struct view *view);
/* The row under the cursor in the main part's answer; -1: there is none. */
int view_row(const struct view *view);
const char *view_id(const struct view *view, int row);
/* Moves the cursor by so many rows. */
void view_move(struct view *view, int by);
/* Keeps the cursor's row among the `page` that have room. */
void view_fit(struct view *view, int page);

bool view_is_marked(const struct view *view, const char *id);
void view_mark(struct view *view, const char *id, bool on);
void view_unmark_all(struct view *view);
/* Asks everything again. */
void view_refresh(struct view *view);

#endif
