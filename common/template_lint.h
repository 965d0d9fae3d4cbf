/* template_lint.h - what WeChat would refuse or change about a template, found before it is sent: each problem with
 * its place, its cause and its cure, all of them at once. Driven by the table of template_field.h. */
#ifndef KAQUAN_TEMPLATE_LINT_H
#define KAQUAN_TEMPLATE_LINT_H

#include <cjson/cJSON.h>

#include "err.h"
#include "template_field.h"

enum lint_level { LINT_NOTE, LINT_WARNING, LINT_ERROR, LINT_LEVELS };
/* As results name it: "error". */
const char *lint_level_name(enum lint_level level);

struct lint_problem {
    enum lint_level level;
    char path[128];  /* "card.scenic_ticket.base_info.title" */
    char cause[200]; /* what follows the path in a sentence: "has 30 bytes, WeChat takes 27" */
    char cure[256];
    const char *source; /* section of the reference of WeChat's API */
};
struct lint {
    struct lint_problem *problems;
    size_t count, room;
    int found[LINT_LEVELS];
};
#define AUTO_LINT AUTO(lint_clear)
void lint_clear(struct lint *lint);

/* Looks at what card/create takes. `now`: Unix seconds. `lint` must be zeroed or cleared. */
void template_lint(const cJSON *body, int64_t now, struct lint *lint);

/* ERR_INPUT with the first error, and how many there are; true when there is none. */
bool lint_good(const struct lint *lint, struct err *err);

/* --- for the rules --- */

/* What a rule looks at. */
struct lint_card {
    struct lint *lint;
    const struct card_type *type;
    const cJSON *card; /* the member of its type */
    int64_t now;
};
/* A problem of the field at `place`, with its cause; then its cure. */
void lint_problem(const struct lint_card *c, enum lint_level level, const char *place, const char *source,
                  const char *format, ...) PRINTF(5, 6);
void lint_cure(const struct lint_card *c, const char *format, ...) PRINTF(2, 3);

/* What holds between fields: dates, codes, stock, entries. */
void template_rules(const struct lint_card *c);

#endif
