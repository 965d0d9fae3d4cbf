/* card_form.h - a template as a form: its lines come from the table of template_field.h, its problems from the lint.
 * It knows nothing of the screen or the database. */
#ifndef KAQUAN_CARD_FORM_H
#define KAQUAN_CARD_FORM_H

#include "edit.h"
#include "template_lint.h"

enum { CARD_ACCOUNT, CARD_KEY, CARD_TYPE, CARD_HEAD }; /* the lines that are not of the card itself */

struct card_line {
    const struct template_field *field;
    struct edit edit;
    bool hidden;      /* what it says does not count beside what other lines say */
    bool first_extra; /* from here on nothing is needed */
    char *began;      /* what it said when the form began, or was saved */
    char *theirs;     /* what somebody else made of it meanwhile; NULL: nothing, or it is settled */
    enum lint_level level;
    char cause[200]; /* what is wrong with it; "": nothing */
    char cure[400];
};

struct card_form {
    const struct card_type *type;
    struct card_line *lines;
    int count, focus;
    cJSON *base;    /* what it began with: the body of card/create; NULL: nothing yet */
    int version;    /* of the template in the database; 0: there is none yet */
    bool at_wechat; /* what WeChat never changes is fixed */
    char *accounts; /* those to choose from, with blanks between them */
    char *types;    /* so the types of cards */
    int errors, warnings;
};

/* What the database has of a template; NULL when it cannot be read. The caller owns it. */
cJSON *card_form_parse(const char *body);

/* A new template of a kind that suits an event, or, from `body`, one like it. Owned by the caller. */
struct card_form *card_form_new(const char *accounts, const cJSON *body);
void card_form_free(struct card_form *form);

/* The lines of this type; what those of the same place say is kept. */
void card_form_lay_out(struct card_form *form, const struct card_type *type);

/* Now the form is what is stored as `key`: it has not been changed. */
void card_form_begin(struct card_form *form, const cJSON *body, int version, bool at_wechat);
/* Somebody else stored `body` meanwhile: lines that were not touched follow; of those that both changed, both values
 * are there. Returns how many these are. */
int card_form_merge(struct card_form *form, const cJSON *body, int version);
/* The values of both count as seen: what the form says stands. */
void card_form_settle(struct card_form *form);

const char *card_form_text(const struct card_form *form, int line);
void card_form_set(struct card_form *form, int line, const char *text);
/* The line of a field; -1: cards of this type have none. */
int card_form_line(const struct card_form *form, const char *place);
/* The words to choose from, with blanks between them; NULL: any text. */
const char *card_form_choices(const struct card_form *form, int line);
/* Why the line cannot be changed, untranslated, or NULL. */
const char *card_form_fixed(const struct card_form *form, int line);
bool card_form_changed(const struct card_form *form, int line);
bool card_form_dirty(const struct card_form *form);

/* The next visible line from the focus on, forwards or back; lines with a problem alone when `trouble`. */
int card_form_next(const struct card_form *form, int by, bool trouble);

/* Looks at it all again, after a line was changed: another type has other lines. `now`: Unix seconds.
 * card_check.c */
void card_form_check(struct card_form *form, int64_t now);
/* What card/create takes, as far as it was written. The caller owns it. */
cJSON *card_form_body(const struct card_form *form, int64_t now);

#endif
