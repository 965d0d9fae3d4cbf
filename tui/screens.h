/* screens.h - the screens. Each is a row: what it asks of the database, how that is shown, what a person can do
 * there. To add one: a file screen_*.c and a row in screens.c. */
#ifndef KAQUAN_SCREENS_H
#define KAQUAN_SCREENS_H

#include "db.h"
#include "filter.h"
#include "keys.h"
#include "ui.h"
#include "view.h"

enum { SCREENS_MAX = 32, GIVEN_MOST = 5, SCREEN_FIELDS = 32 };

struct words;

/* --- what is shown --- */

/* How a value is written. */
enum show {
    SHOW_TEXT,
    SHOW_NUMBER, /* "20 000", at the right */
    SHOW_SPAN,   /* seconds: "1h48m", at the right */
    SHOW_TIME,   /* a timestamp: "11-25 22:16" and the seconds where there is room */
    SHOW_WORD,   /* one of a closed list: translated, its context is `words`; it has the role of word_role() */
    SHOW_YES,    /* yes, or nothing */
    SHOW_CODE,   /* clipped in the middle */
    SHOW_MASKED, /* a person: the first and last characters, always */
    SHOW_SPARK,  /* "0 7 - 12": one character a value */
};

/* A column of a list, or a line of a record. */
struct field {
    const char *name; /* the statement's column */
    const char *head; /* translated when drawn; its context is "column" */
    int least, most, weight;
    enum show show;
    const char *words; /* of SHOW_WORD: "state", "status", "kind" */
};

/* A pane of a screen: a statement, and how its answer looks. The first is the main one: the cursor moves in it. */
struct part {
    const char *title; /* a rule above it; NULL: none */
    const struct sql *statement;
    double every; /* seconds; all screens keep to two statements a second. 0: once, and when r asks */
    const char *
        given[GIVEN_MOST]; /* parameters: a literal, "{subject}", "{row}" (the row under the cursor), or NULL_GIVEN */
    int given_count;
    enum part_look { LOOK_LIST, LOOK_RECORD, LOOK_LOG } look; /* a log follows its end */
    enum part_place { PLACE_STACK, PLACE_BESIDE } place;      /* beside: on the right, on wide windows alone */
    int rows; /* of a part below the first: its share, at most so many rows */
    const struct field *fields;
    int field_count;
    const char *empty; /* what stands there without a row, and what to do about it */
    /* Draws its cell itself (a bar, a mark): true. NULL: none. `line` as for ui_cell(). */
    bool (*cell)(const struct ui_table *table, int line, int column, const struct db_rows *rows, int row);
    const char *id, *opens; /* of a list below the first: as of the screen; NULL: its rows lead nowhere */
    bool optional;          /* below the first: takes no place while it has no row */
};
#define NULL_GIVEN ""

/* --- what can be done --- */

/* Everything else than DANGER_NONE needs an unlocked session and is asked for once more. */
enum danger {
    DANGER_NONE,   /* changes nothing */
    DANGER_ASK,    /* a question, Cancel has the focus */
    DANGER_SEVERE, /* cannot be taken back: a reason, and the name or count typed */
};

/* What a person is asked before an act. Its answer is {name} in the command. */
struct prompt {
    const char *name, *label, *help;
    enum prompt_kind { PROMPT_TEXT, PROMPT_NUMBER, PROMPT_CHOICE, PROMPT_SECRET } kind;
    bool needed;
    const char *preset;         /* words with {names} */
    const char *const *choices; /* ended by NULL */
};

/* The command is one of kaquan-worker's, so console and command line are one truth. {row} is the row under the
 * cursor, {marked} the marked rows or else that row, {subject} what the screen is about, {NAME} a column of the row
 * or an answer. "[--low={low}]" is left out where the answer is empty. A secret goes to its standard input, and so
 * does what is personal: everybody on the host sees the words of a command. --yes is added. */
struct act {
    uint32_t key;
    const char *label; /* the key as the help writes it */
    const char *hint;  /* for the hint bar; NULL: the menu and the help alone name it */
    const char *help;
    enum danger danger;
    const char *command;
    const struct prompt *prompts;
    int prompt_count;
    bool anywhere; /* needs no row */
    bool many;     /* takes the marked rows */
    /* Why not for this row, or NULL; untranslated. NULL: fits all. */
    const char *(*hindrance)(const struct db_rows *rows, int row);
    void (*run)(struct console *console); /* instead of a command */
    const char *input; /* what the command reads, with {names}; NULL: the answer that is secret, or nothing */
    const char *line;  /* or one line, as words_line() writes it */
    const char *then;  /* the child that is opened about the last word that it said; NULL: that is shown */
    /* What else becomes of it, as a line above the fields; from the words typed so far. NULL: nothing. */
    void (*warn)(const struct words *words, struct buf *out);
    const char *needs; /* the right at the database: "insert job", "execute epoch_revoke"; NULL: none but to read */
};

struct screen {
    const char *name; /* --screen NAME, and in the palette */
    int number;       /* its key; 0: none */
    const char *title;
    const char *tab; /* shorter, for the header of a narrow window; its context is "tab". NULL: the title */
    const char *help;
    const struct part *parts;
    int part_count;
    const char *id;    /* column of the main part that names a row; the cursor and marks belong to it */
    const char *opens; /* name of the screen that Enter opens for a row; NULL: none */
    const struct act *acts;
    int act_count;
    bool child; /* is about a subject: opened from another screen */
    bool types; /* a form: letters are text there, so keys elsewhere do nothing */
    /* Fields of a filter that the database applies; NULL: the rows that are loaded are filtered by a text. */
    const struct filter_table *filter;
    /* Writes the statement of a part itself (a filter, a page), or leaves it as the part says. NULL: all as they say.
     */
    bool (*ask)(struct view *view, int part, struct query *query, struct err *err);
    /* More {names} for its acts, before those of the row. */
    void (*words)(const struct view *view, struct words *words);
    /* Draws it all itself. NULL: the parts as they are. */
    void (*draw)(struct console *console, struct view *view, struct area area);
    /* Sees keys first; true when it took one. */
    bool (*key)(struct console *console, struct view *view, uint32_t key);
    /* At the end of a view, frees what it put into view->own. */
    void (*leave)(struct view *view);
};
const struct screen *const *screen_list(size_t *count);
const struct screen *screen_find(const char *name); /* NULL: there is none */

/* --- drawing; part.c --- */

/* All parts of the view's screen. */
void parts_draw(struct view *view, struct area area);
/* One of them, in this area. */
void part_draw(struct view *view, int part, struct area area);
/* Draws what stands in place of a list: loading, an error with its cure, or `empty` (what to do about it). False when
 * there are rows to draw. */
bool pane_draw_state(const struct pane *pane, struct area area, const char *empty);
/* A line with a title across the area. */
void draw_rule(struct area area, const char *title);
/* How good or bad a word is: "failed", "approved", "void", .. The word itself says it, too. */
enum term_role word_role(const char *word);
/* A value as its field writes it, and its role. field.c */
const char *field_text(const struct field *field, const struct db_rows *rows, int row, char *out, size_t size);
enum term_role field_role(const struct field *field, const char *value);

#endif
