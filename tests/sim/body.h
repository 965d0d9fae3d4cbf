/* body.h - the strict reading of a JSON body: UTF-8, one value, no trailing text, no \u escapes. */
#ifndef SIM_BODY_H
#define SIM_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "schema.h"

/* NULL if the body is not one JSON object; `*rest` is then where reading stopped. Nothing is read past `size`. */
cJSON *body_parse(const char *body, size_t size, const char **rest);

/* Is there a \u escape in a string of it? */
bool body_has_unicode_escape(const char *body, size_t size);

/* What follows the key's n-th occurrence in the body (after the quote that closes it), else the body itself. */
const char *body_after_key(const char *body, const char *key, int nth);

/* Short readers of a parsed object: NULL, `otherwise`, `otherwise` if the key is missing or of another type. */
const char *text_in(const cJSON *object, const char *name);
long long number_in(const cJSON *object, const char *name, long long otherwise);
bool flag_in(const cJSON *object, const char *name, bool otherwise);

#endif
