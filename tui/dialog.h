/* dialog.h - what lies over a screen: a list to pick from, a form, a text. It is a state of the one loop, never a
 * loop of its own. */
#ifndef KAQUAN_DIALOG_H
#define KAQUAN_DIALOG_H

#include "edit.h"
#include "screens.h"

enum { DIALOG_FIELDS = 16, CHOICE_TEXT = 160 };

struct console;
struct dialog;

/* A line to pick. */
struct choice {
    char key[16];           /* the key that does the same, or "" */
    char text[CHOICE_TEXT]; /* translated */
    char note[CHOICE_TEXT]; /* why it is disabled, or what it is now; "" : nothing */
    bool disabled;
    const void *thing; /* the chooser's */
};

/* A line of a form. */
struct form_field {
    const struct prompt *prompt;
    struct edit edit;
    char problem[CHOICE_TEXT]; /* what is wrong, with the cure; "": nothing */
};

struct dialog {
    enum dialog_kind { DIALOG_PICK, DIALOG_FORM, DIALOG_TEXT } kind;
    char title[CHOICE_TEXT];
    struct buf text; /* above the fields; or the text itself */
    bool severe;     /* red frame; the button wakes after a while */
    double opened_at;

    /* to pick */
    struct choice *choices;
    int choice_count;
    int *shown; /* those that fit what was typed */
    int shown_count;
    struct edit typed;
    int at, top;
    void (*picked)(struct console *console, const struct choice *choice);
    /* What was typed when nothing fits it; NULL: not offered. */
    void (*typed_else)(struct console *console, const char *text);

    /* to read */
    bool typing;       /* what is to be found in `text`, into `typed` */
    const char *found; /* the line in `text` that holds it; NULL: none yet */
    int columns;       /* of the last frame */

    /* to fill */
    struct form_field fields[DIALOG_FIELDS];
    int field_count;
    int focus; /* a field, then Cancel, then the button */
    char button[64];
    const char *wanted; /* must be typed into the last field; NULL: nothing */
    char wanted_text[VIEW_TEXT];
    /* Writes `text` anew from what is typed, before each frame; NULL: it stays. */
    void (*describe)(struct console *console, struct dialog *dialog);
    /* Returns whether it may close. */
    bool (*done)(struct console *console, struct dialog *dialog);
    void *context;
    void (*drop)(void *context);
};

struct dialog *dialog_new(enum dialog_kind kind, const char *title);
void dialog_free(struct dialog *dialog);
struct choice *dialog_choice(struct dialog *dialog, const char *text);
/* After the last choice. */
void dialog_narrow(struct dialog *dialog);
void dialog_field(struct dialog *dialog, const struct prompt *prompt, const char *value);
const char *dialog_value(const struct dialog *dialog, const char *name);

/* Opens it over what is there; the console owns it from here on. */
void dialog_open(struct console *console, struct dialog *dialog);
void dialog_close(struct console *console);
void dialog_key(struct console *console, uint32_t key);
void dialog_draw(struct console *console, struct area area);

#endif
