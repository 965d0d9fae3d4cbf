/* template_field.h - the fields of a template, as card/create takes them: one table, a row says what WeChat accepts,
 * what may be changed later, and what to do when a value does not fit. */
#ifndef KAQUAN_TEMPLATE_FIELD_H
#define KAQUAN_TEMPLATE_FIELD_H

#include <cjson/cJSON.h>

#include "base.h"

/* Types of cards, as bits. */
enum card_kind {
    KIND_SCENIC = 1,
    KIND_MEETING = 2,
    KIND_MOVIE = 4,
    KIND_BOARDING = 8,
    KIND_MEMBER = 16,
    KIND_GENERAL_COUPON = 32,
    KIND_GROUPON = 64,
    KIND_CASH = 128,
    KIND_DISCOUNT = 256,
    KIND_GIFT = 512,
    KIND_TICKETS = KIND_SCENIC | KIND_MEETING | KIND_MOVIE | KIND_BOARDING,
    KIND_COUPONS = KIND_GENERAL_COUPON | KIND_GROUPON | KIND_CASH | KIND_DISCOUNT | KIND_GIFT,
    KIND_ALL = KIND_TICKETS | KIND_MEMBER | KIND_COUPONS
};
struct card_type {
    enum card_kind kind;
    const char *name;   /* SCENIC_TICKET */
    const char *member; /* scenic_ticket */
    const char *help;
};
const struct card_type *card_types(size_t *count);
/* By name; NULL when there is none. */
const struct card_type *card_type_find(const char *name);
/* The one that holds the card: the object that card/create and card/get have under "card". NULL: none. */
const struct card_type *card_type_of(const cJSON *envelope);

enum field_type {
    FIELD_TEXT,
    FIELD_URL,     /* of a page */
    FIELD_PICTURE, /* a URL that media/uploadimg returned */
    FIELD_APP,     /* a mini program: gh_0123456789ab@app */
    FIELD_INT,
    FIELD_SECONDS, /* Unix time */
    FIELD_MOMENT,  /* the same, as a number or as digits */
    FIELD_DATE,    /* a name, or the number that stood for it once */
    FIELD_BOOL,
    FIELD_OBJECT,
    FIELD_TEXTS,
    FIELD_PICTURES,
    FIELD_INTS,
    FIELD_OBJECTS,
    FIELD_TYPES
};

/* May it be changed once WeChat has the card? (wechat-card-api.md section 9) */
enum field_change {
    CHANGE_FREE,
    CHANGE_REVIEW, /* it goes to review again */
    CHANGE_WIDEN,  /* only so that the card is valid longer */
    CHANGE_STOCK,  /* by another call */
    CHANGE_NEVER,
    CHANGE_UNVERIFIED, /* nobody knows: taken for never */
    FIELD_CHANGES
};
struct field_change_row {
    const char *name; /* in results: stable */
    bool sent;        /* card/update takes it */
    const char *help;
};
const struct field_change_row *field_change(enum field_change change);

/* A field. Its place begins behind the member of the card's type: "base_info.sku.quantity"; "[]" stands for each item
 * of a list. */
struct template_field {
    const char *place;
    const char *label;
    unsigned kinds;
    enum field_type type;
    int64_t low, high; /* of a number, or of the bytes of a text; 0, 0: any */
    bool required;     /* where the object that it belongs to is there */
    enum field_change change;
    const char *choices; /* "A B C": one of these words; NULL: any text */
    const char *help;    /* what it is, and what fits */
    const char *source;  /* section of the reference of WeChat's API */
};
const struct template_field *template_fields(size_t *count);
/* NULL when cards of these kinds have no such field. */
const struct template_field *template_field_find(const char *place, unsigned kinds);
/* The field of these kinds whose place is nearest: "did you mean". NULL: none is near. */
const char *template_field_nearest(const char *place, unsigned kinds);

/* The field's value in a card (the member of its type), or NULL. Not for places inside lists. */
const cJSON *template_field_value(const cJSON *card, const char *place);

/* card/create takes the name of a colour, card/get answers its value: "#2c9f67" for "Color020". NULL: no such. */
const char *template_color_value(const char *name);
const char *template_color_name(const char *value);

/* Is it where media/uploadimg puts pictures, by http or https? */
bool template_is_picture(const char *url);

/* Is `word` one of the blank-separated `choices`? */
bool template_choice(const char *choices, const char *word);

#endif
