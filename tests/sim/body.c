#include "body.h"

#include <string.h>

#include "simbase.h"

#define NUMBER_MOST 9007199254740992.0

cJSON *body_parse(const char *body, size_t size, const char **rest) {
    *rest = body;
    if (!text_is_utf8(body, size))
        return NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(body, size + 1, rest, false);
    if (json == NULL)
        return NULL;
    *rest += strspn(*rest, " \t\r\n");
    if (**rest == '\0' && cJSON_IsObject(json))
        return json;
    cJSON_Delete(json);
    return NULL;
}

bool body_has_unicode_escape(const char *body, size_t size) {
    for (size_t i = 0; i + 1 < size; i++)
        if (body[i] == '\\') {
            if (body[i + 1] == 'u')
                return true;
            i++; /* whatever is escaped, a backslash above all, begins no escape of its own */
        }
    return false;
}

const char *body_after_key(const char *body, const char *key, int nth) {
    size_t length = strlen(key);
    for (const char *at = body; (at = strstr(at, key)) != NULL; at += length)
        if (at > body && at[-1] == '"' && at[length] == '"' && --nth == 0)
            return at + length + 1;
    return body;
}

const char *text_in(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

long long number_in(const cJSON *object, const char *name, long long otherwise) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item))
        return otherwise;
    double n = item->valuedouble; /* whole only up to 2^53; what is larger is as good as that */
    return n > NUMBER_MOST ? (long long)NUMBER_MOST : n < -NUMBER_MOST ? -(long long)NUMBER_MOST : (long long)n;
}

bool flag_in(const cJSON *object, const char *name, bool otherwise) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}
