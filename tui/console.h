/* console.h - the program while it runs: one loop over terminal, database and commands, one frame at a time. */
#ifndef KAQUAN_CONSOLE_H
#define KAQUAN_CONSOLE_H

#include <sys/types.h>

#include "db_async.h"
#include "dialog.h"
#include "screens.h"
#include "text.h"
#include "trail.h"

enum { PLACES_MOST = 16, MESSAGES_MOST = 200, MESSAGE_TEXT = 512 };

/* A sentence that was said, newest last. */
struct message {
    double at; /* the wall's seconds */
    enum term_role role;
    char text[MESSAGE_TEXT];
};

/* A command of kaquan-worker that runs. */
struct child {
    pid_t pid; /* 0: none */
    int output;
    struct buf said;
    char title[VIEW_TEXT];
    double since;
    void (*ended)(struct console *console, int exit_code, const char *said); /* NULL: what it said is shown */
    const char *then; /* the screen to open when it went well, or NULL */
};

/* A statement that was asked, for the screen `queries`. */
struct asked {
    const char *name;
    double seconds;
    int rows; /* -1: it failed */
};

struct console {
    struct db_async *db;
    const char *service;              /* for commands; "": as psql would */
    struct view *roots[SCREENS_MAX];  /* of the numbered screens, made when first shown */
    struct view *places[PLACES_MOST]; /* the way here: a root, then children */
    int depth;
    const struct screen *before; /* where - goes */
    struct trail trail;
    struct pane schema; /* which migrations the database has; asked once a connection */
    int schema_connection;
    struct pane rights;  /* what this login may not do; asked once a connection, and by r */
    struct pane worker;  /* what the header says about workers and the environment */
    struct pane *asking; /* whose statement is on its way */
    const char *asking_name;
    struct view *asking_view;
    struct query query; /* the statement a screen wrote */
    struct asked log[32];
    int log_count;
    struct dialog *dialog;
    struct child child;
    struct message messages[MESSAGES_MOST];
    int message_count; /* ever said */
    double said_at;    /* clock_seconds() of the last one */
    double started_at, key_at, interrupted_at;
    double rests_until;    /* nothing that comes by itself is asked before */
    double unlocked_until; /* clock_seconds(); 0: locked */
    double unlocked_for;
    bool read_only; /* cannot be unlocked */
    bool paused;
    bool finding;   /* the filter is being typed, */
    bool searching; /* or what is looked for in a log */
    struct edit find;
    double find_at; /* when it takes effect */
    bool quit;
    bool changed; /* the next frame looks different */
};

struct console_options {
    const struct db_options *database;
    const struct screen *first;
    const char *filter; /* of the first screen, or NULL */
    bool read_only;
};
/* Runs until q, a stop signal, or the terminal is gone. The terminal was started. */
void console_run(const struct console_options *options);

struct view *console_view(struct console *console);
const struct screen *console_screen(const struct console *console);
/* A screen: a numbered one, or a child about `subject`. */
void console_go(struct console *console, const struct screen *screen);
/* A numbered one with this filter. */
void console_find(struct console *console, const struct screen *screen, const char *filter);
void console_open(struct console *console, const char *screen, const char *subject);
/* One step back; false at a root. */
bool console_back(struct console *console);
/* In the status line for some seconds, and in `messages`. */
void console_say(struct console *console, enum term_role role, const char *format, ...) PRINTF(3, 4);
void console_refresh(struct console *console);
/* The database's environment ("": none was set), and is it production? */
const char *console_environment(const struct console *console);
bool console_is_production(const struct console *console);

/* lock.c: sessions begin locked; unlocking is timed, and counts from the last key. */
bool lock_is_open(const struct console *console);
void lock_ask(struct console *console); /* locks, or asks to unlock */
void lock_step(struct console *console);

/* One frame. draw.c */
void console_draw(struct console *console);
/* The help as a dialog, made from the tables. help.c */
void help_open(struct console *console);
/* A form that was not saved and is kept, offered at the start. screen_editor.c */
void editor_offer(struct console *console);
/* The palette: screens, acts, words that jump to an object. palette.c */
void palette_open(struct console *console);
/* Sort picker, columns, export, filters by name ("": there is none). list.c */
void list_sort(struct console *console);
void list_columns(struct console *console);
void list_save_filter(struct console *console, const char *name);
const char *list_saved_filter(const struct console *console, const char *name);
void list_export(struct console *console);
/* The row of the main part as an object; persons stay masked. */
void list_row_json(const struct view *view, int row, struct buf *out);

#endif
