/* schema.h - the fields of the API's JSON bodies as tables, and the checks that WeChat makes with them: unknown,
 * duplicate, null or wrongly typed keys (47001), missing ones (41011), texts that are too long in bytes (45021). */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

enum field_kind {
    FIELD_TEXT,
    FIELD_INT,
    FIELD_BOOL,
    FIELD_OBJECT,
    FIELD_TEXTS,
    FIELD_INTS,
    FIELD_OBJECTS,
    FIELD_TEXT_OR_TEXTS,
    FIELD_ANY
};
enum field_flag { FIELD_REQUIRED = 1, FIELD_UPDATABLE = 2, FIELD_MARKED = 4 }; /* marked: a change is reviewed */

struct schema;

struct field {
    const char *name;
    enum field_kind kind;
    unsigned flags;
    size_t max; /* bytes; 0: no limit */
    const struct schema *inner;
};

struct schema {
    const struct field *fields;
    size_t count;
};

struct card_type {
    const char *name, *key;
    const struct schema *schema;
    bool ended; /* one of the five coupon types that cannot be created since 2021 */
};

/* Bodies of the endpoints. */
extern const struct schema BODY_CREATE, BODY_UPDATE, BODY_CARD_ID, BODY_BATCHGET, BODY_MODIFYSTOCK, BODY_CODE,
    BODY_CODES, BODY_QRCODE, BODY_LANDING, BODY_PAYCELL, BODY_SELFCONSUME, BODY_DECRYPT, BODY_NEW_CODE, BODY_MEETING,
    BODY_MOVIE, BODY_BOARDING, BODY_TESTERS, BODY_TOKEN, BODY_CLEAR_QUOTA, BODY_CLEAR_QUOTA_V2, BODY_RID, BODY_QUOTA,
    BODY_CALLBACK, BODY_DATACUBE, BODY_WALLET;

/* The first key of `object` that does not fit, else NULL. `flags`: only fields with all of them are known.
 * `*copies` is 2 if the key is there twice, else 1. */
const char *schema_misfit(const struct schema *s, const cJSON *object, unsigned flags, int *copies);

/* The name of the first required field that is missing or empty; of the first text that is too long; else NULL. */
const char *schema_missing(const struct schema *s, const cJSON *object);
const char *schema_too_long(const struct schema *s, const cJSON *object);

/* Has `object` a field with one of these flags? */
bool schema_has(const struct schema *s, const cJSON *object, unsigned flags);

/* NULL if there is no such type. */
const struct card_type *schema_card_type(const char *name);
const struct card_type *schema_card_type_by_key(const char *key);

/* "#2c9f67" for "Color020"; NULL if there is no such colour. */
const char *schema_color_hex(const char *name);
bool schema_is_code_type(const char *name);

#endif
