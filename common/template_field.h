/* template_field.h - the fields of a template, as card/create takes them: one table, a row says what WeChat accepts
 * and what to do when it does not fit. */
#ifndef KAQUAN_TEMPLATE_FIELD_H
#define KAQUAN_TEMPLATE_FIELD_H

#include <cjson/cJSON.h>

#include "base.h"
#include "err.h"

/* A type of card: its name and the member that holds it. */
struct card_type {
    const char *name;   /* SCENIC_TICKET */
    const char *member; /* scenic_ticket */
    bool offered;       /* WeChat still lets it be created */
    const char *help;
};
const struct card_type *card_types(size_t *count);

enum field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL, FIELD_OBJECT };

/* A field. Its place begins at the member of the card's type: "base_info.sku.quantity". */
struct template_field {
    const char *place;
    const char *card_type; /* NULL: every type */
    enum field_type type;
    int64_t low, high; /* of a number, or of the bytes of a text */
    bool required;
    const char *choices; /* "A B C": one of these words; NULL: any text */
    const char *help;    /* what it is, and what fits */
};
const struct template_field *template_fields(size_t *count);

/* The field's value in a card (the member of its type), or NULL. */
const cJSON *template_field_value(const cJSON *card, const char *place);

/* Checks all fields of a card of `type`. ERR_INPUT names the first that does not fit, the cure says what would. */
bool template_fields_check(const struct card_type *type, const cJSON *card, struct err *err);

#endif
