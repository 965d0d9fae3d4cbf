/* template_diff.h - what the operator wrote against what WeChat has: what card/update would be sent, what it cannot
 * change, and what goes to review again. */
#ifndef KAQUAN_TEMPLATE_DIFF_H
#define KAQUAN_TEMPLATE_DIFF_H

#include <cjson/cJSON.h>

#include "err.h"
#include "template_field.h"

enum { TEMPLATE_FIELDS_MAX = 192 };

/* A field that differs. Values are lent by the two bodies. */
struct template_difference {
    const struct template_field *field;
    const cJSON *draft; /* NULL: not written: what WeChat has stays */
    const cJSON *live;  /* NULL: WeChat has none */
    bool refused;       /* WeChat would not change it */
};
struct template_diff {
    const struct card_type *type;
    struct template_difference rows[TEMPLATE_FIELDS_MAX];
    size_t count;
    int sent, reviewed, refused; /* how many are sent, of these lead to a review, and cannot be */
};

/* Compares two bodies in the form of card/create. The stock is left out: other calls change it. So is what WeChat
 * does not tell and never changes. ERR_INPUT when they are of different types. */
bool template_diff(const cJSON *draft, const cJSON *live, struct template_diff *diff, struct err *err);

/* Is all of it something that WeChat changes? ERR_INPUT names the first field that is not. */
bool template_diff_good(const struct template_diff *diff, struct err *err);

/* What becomes of a field, in a word: changeable, review, widen, fixed, unverified; narrower; kept. */
const char *template_difference_name(const struct template_difference *d);
const char *template_difference_help(const struct template_difference *d);

/* What card/update takes: what changes and nothing else. */
cJSON *template_diff_request(const struct template_diff *diff, const char *card_id, const cJSON *draft);

/* The names of the fields that are sent: "title, notice". Returns `out`. */
const char *template_diff_names(const struct template_diff *diff, char *out, size_t size);

#endif
