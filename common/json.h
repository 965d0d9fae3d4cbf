/* json.h - strict JSON over cJSON, which is not a validator (design.md decision 12, worker.md 2.8). */
#ifndef KAQUAN_JSON_H
#define KAQUAN_JSON_H

#include <cjson/cJSON.h>

#include "base.h"
#include "buf.h"
#include "err.h"

enum { JSON_DEPTH = 8, JSON_MEMBERS = 64 };

#define AUTO_JSON AUTO(json_auto)
void json_auto(cJSON **json);

/* What to accept: 0 takes the default. Templates are deeper and larger than WeChat's short answers. */
struct json_limits {
    int depth;   /* JSON_DEPTH */
    int members; /* of one object: JSON_MEMBERS */
    size_t size; /* 1 MiB */
};

/* Parses exactly one object that fills `text`: valid UTF-8, no NUL (also not as \u0000), no lone surrogate, no BOM,
 * no duplicate names, nothing behind it. ERR_PROTOCOL with line and column otherwise (by name for a duplicate or a
 * number no double holds). The caller owns the result. */
cJSON *json_parse(const char *text, size_t len, const struct json_limits *limits, struct err *err);

/* Members by exact name. `*_need` fail when absent; `*_may` leave `*out` alone when absent and fail only on a wrong
 * type or range; null is there, and of no type. An integer is a number of integral value (7200.0 and 72e2 are, 7200.5
 * and "7200" are not) within 2^53 - 1. Errors name the member: "ticket: text of 16..512 characters expected". */
bool json_need_int(const cJSON *object, const char *name, int64_t low, int64_t high, int64_t *out, struct err *err);
bool json_may_int(const cJSON *object, const char *name, int64_t low, int64_t high, int64_t *out, struct err *err);
bool json_may_bool(const cJSON *object, const char *name, bool *out, struct err *err);
/* Text of `low`..`high` bytes; `charset` NULL: any, else the characters allowed as "a-zA-Z0-9_-". Lent by the object.
 */
bool json_need_text(const cJSON *object, const char *name, size_t low, size_t high, const char *charset,
                    const char **out, struct err *err);
bool json_may_text(const cJSON *object, const char *name, size_t low, size_t high, const char *charset,
                   const char **out, struct err *err);
/* The member when it is an object / array, else NULL (absent or another type). */
const cJSON *json_object(const cJSON *object, const char *name);
const cJSON *json_array(const cJSON *object, const char *name);

/* Building. Text must be valid UTF-8. */
cJSON *json_new(void);
void json_add_text(cJSON *object, const char *name, const char *value);
void json_add_int(cJSON *object, const char *name, int64_t value);
void json_add_bool(cJSON *object, const char *name, bool value);
void json_add(cJSON *object, const char *name, cJSON *child); /* takes `child` */

/* Appends it on one line, raw UTF-8 (no \uXXXX but for control characters: WeChat answers 47002 otherwise). Integers
 * up to 2^53 come out whole. */
void json_print(struct buf *out, const cJSON *json);
/* Appends `text` as a JSON string with its quotes. */
void json_quote(struct buf *out, const char *text);

#endif
