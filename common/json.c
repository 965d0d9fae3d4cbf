#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lang.h"
#include "text.h"

enum { DEPTH_MAX = 64, NUMBER_LEN_MAX = 40, SIZE_DEFAULT = 1 << 20 };

/* The largest integer that a double cannot mistake for its neighbour. */
#define WHOLE_MAX ((INT64_C(1) << 53) - 1)

/* The reader in front of cJSON: it only says yes, or where and why not. */
struct scan {
    const char *text;
    size_t len, at;
    int depth, depth_max, members_max;
    const char *why;
};

static bool scan_value(struct scan *s);

static bool refuse(struct scan *s, const char *why) {
    s->why = why;
    return false;
}

/* The byte here, or -1 at the end. */
static int here(const struct scan *s) {
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scan *s) {
    while (here(s) == ' ' || here(s) == '\t' || here(s) == '\n' || here(s) == '\r')
        s->at++;
}

static bool take(struct scan *s, char c) {
    if (here(s) != c)
        return false;
    s->at++;
    return true;
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static int hex_value(int c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits behind \u. */
static bool scan_hex(struct scan *s, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int digit = hex_value(here(s));
        if (digit < 0)
            return refuse(s, "four hexadecimal digits expected behind \\u");
        *unit = *unit << 4 | (unsigned)digit;
    }
    return true;
}

static bool scan_unicode(struct scan *s) {
    unsigned unit, low;
    if (!scan_hex(s, &unit))
        return false;
    if (unit == 0)
        return refuse(s, "\\u0000 in a string");
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    if (unit > 0xDBFF || !take(s, '\\') || !take(s, 'u'))
        return refuse(s, "half a surrogate pair");
    if (!scan_hex(s, &low))
        return false;
    return (low >= 0xDC00 && low <= 0xDFFF) || refuse(s, "half a surrogate pair");
}

static bool scan_escape(struct scan *s) {
    int c = here(s);
    s->at++;
    if (c == 'u')
        return scan_unicode(s);
    return (c > 0 && strchr("\"\\/bfnrt", c) != NULL) || refuse(s, "unknown escape");
}

static bool scan_string(struct scan *s) {
    if (!take(s, '"'))
        return refuse(s, "string expected");
    while (!take(s, '"')) {
        if (here(s) < 0)
            return refuse(s, "string without end");
        if (here(s) < 0x20)
            return refuse(s, "control character in a string");
        if (!take(s, '\\'))
            s->at++;
        else if (!scan_escape(s))
            return false;
    }
    return true;
}

static bool scan_digits(struct scan *s) {
    if (!is_digit(here(s)))
        return refuse(s, "digit expected");
    while (is_digit(here(s)))
        s->at++;
    return true;
}

static bool scan_number(struct scan *s) {
    size_t start = s->at;
    take(s, '-');
    if (!take(s, '0') && !scan_digits(s))
        return false;
    if (take(s, '.') && !scan_digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '-'))
            take(s, '+');
        if (!scan_digits(s))
            return false;
    }
    /* cJSON reads at most 63 characters and takes the rest for something else. */
    return s->at - start <= NUMBER_LEN_MAX || refuse(s, "number too long");
}

static bool scan_word(struct scan *s, const char *word) {
    size_t len = strlen(word);
    if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0)
        return refuse(s, "value expected");
    s->at += len;
    return true;
}

static bool scan_member(struct scan *s) {
    skip_space(s);
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (!take(s, ':'))
        return refuse(s, "':' expected");
    return scan_value(s);
}

static bool scan_object(struct scan *s) {
    skip_space(s);
    if (take(s, '}'))
        return true;
    for (int members = 1;; members++) {
        if (members > s->members_max)
            return refuse(s, "too many members");
        if (!scan_member(s))
            return false;
        skip_space(s);
        if (take(s, '}'))
            return true;
        if (!take(s, ','))
            return refuse(s, "',' or '}' expected");
    }
}

static bool scan_array(struct scan *s) {
    skip_space(s);
    if (take(s, ']'))
        return true;
    for (;;) {
        if (!scan_value(s))
            return false;
        skip_space(s);
        if (take(s, ']'))
            return true;
        if (!take(s, ','))
            return refuse(s, "',' or ']' expected");
    }
}

static bool scan_nested(struct scan *s, bool (*inside)(struct scan *s)) {
    if (s->depth >= s->depth_max)
        return refuse(s, "nested too deep");
    s->at++;
    s->depth++;
    if (!inside(s))
        return false;
    s->depth--;
    return true;
}

static bool scan_value(struct scan *s) {
    skip_space(s);
    switch (here(s)) {
    case '{':
        return scan_nested(s, scan_object);
    case '[':
        return scan_nested(s, scan_array);
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        return here(s) == '-' || is_digit(here(s)) ? scan_number(s) : refuse(s, "value expected");
    }
}

/* The first byte that is no UTF-8, or NUL, which ends texts in C. */
static bool scan_bytes(struct scan *s) {
    uint32_t point;
    while (s->at < s->len) {
        size_t n = utf8_next(s->text + s->at, s->len - s->at, &point);
        if (n == 0)
            return refuse(s, "not UTF-8");
        if (point == 0)
            return refuse(s, "NUL byte");
        s->at += n;
    }
    s->at = 0;
    return true;
}

static bool scan_text(struct scan *s) {
    if (!scan_bytes(s))
        return false;
    if (s->len >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0)
        return refuse(s, "byte order mark");
    skip_space(s);
    if (here(s) < 0)
        return refuse(s, "nothing there");
    if (here(s) != '{')
        return refuse(s, "object expected");
    if (!scan_value(s))
        return false;
    skip_space(s);
    return here(s) < 0 || refuse(s, "more text behind the end");
}

static bool scan_fail(const struct scan *s, struct err *err) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < s->at && i < s->len; i++) {
        column = s->text[i] == '\n' ? 1 : column + 1;
        line += s->text[i] == '\n';
    }
    return fail(err, ERR_PROTOCOL, "line %zu, column %zu: %s", line, column, _(s->why));
}

/* Names are compared as cJSON decoded them: "a" and "\u0061" are the same name. */
static const char *duplicate_in(const cJSON *object) {
    for (const cJSON *a = object->child; a != NULL; a = a->next)
        for (const cJSON *b = a->next; b != NULL; b = b->next)
            if (strcmp(a->string, b->string) == 0)
                return a->string;
    return NULL;
}

/* What only the values tell: a name twice, a number no double holds. */
static bool values_sound(const cJSON *value, struct err *err) {
    const char *twice = cJSON_IsObject(value) ? duplicate_in(value) : NULL;
    if (twice != NULL)
        return fail(err, ERR_PROTOCOL, "%s: there twice", twice);
    if (cJSON_IsNumber(value) && !isfinite(value->valuedouble))
        return fail(err, ERR_PROTOCOL, "%s: number too large",
                    value->string == NULL ? _("in a list") : value->string);
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        if (!values_sound(child, err))
            return false;
    return true;
}

void json_auto(cJSON **json) {
    cJSON_Delete(*json);
    *json = NULL;
}

cJSON *json_parse(const char *text, size_t len, const struct json_limits *limits, struct err *err) {
    static const struct json_limits usual = {0};
    const struct json_limits *given = limits == NULL ? &usual : limits;
    size_t size = given->size > 0 ? given->size : (size_t)SIZE_DEFAULT;
    struct scan s = {.text = text, .len = len};
    cJSON *json;
    s.depth_max = given->depth > 0 ? given->depth : JSON_DEPTH;
    s.depth_max = s.depth_max > DEPTH_MAX ? DEPTH_MAX : s.depth_max;
    s.members_max = given->members > 0 ? given->members : JSON_MEMBERS;
    if (len > size)
        return fail(err, ERR_PROTOCOL, "%zu bytes, at most %zu accepted", len, size), NULL;
    if (!scan_text(&s))
        return scan_fail(&s, err), NULL;
    json = cJSON_ParseWithLength(text, len);
    if (json == NULL)
        bug("cJSON refuses what was found sound");
    if (values_sound(json, err))
        return json;
    cJSON_Delete(json);
    return NULL;
}

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

static bool missing(const char *name, struct err *err) {
    return fail(err, ERR_PROTOCOL, "%s: missing", name);
}

static bool is_whole(const cJSON *value, int64_t low, int64_t high) {
    double v = value->valuedouble;
    if (!cJSON_IsNumber(value) || !(fabs(v) <= (double)WHOLE_MAX) || v != trunc(v))
        return false;
    return (int64_t)v >= low && (int64_t)v <= high;
}

bool json_may_int(const cJSON *object, const char *name, int64_t low, int64_t high, int64_t *out, struct err *err) {
    const cJSON *value = member(object, name);
    if (value == NULL)
        return true;
    if (!is_whole(value, low, high))
        return fail(err, ERR_PROTOCOL, "%s: whole number of %" PRId64 "..%" PRId64 " expected", name, low, high);
    *out = (int64_t)value->valuedouble;
    return true;
}

bool json_need_int(const cJSON *object, const char *name, int64_t low, int64_t high, int64_t *out, struct err *err) {
    if (member(object, name) == NULL)
        return missing(name, err);
    return json_may_int(object, name, low, high, out, err);
}

bool json_may_bool(const cJSON *object, const char *name, bool *out, struct err *err) {
    const cJSON *value = member(object, name);
    if (value == NULL)
        return true;
    if (!cJSON_IsBool(value))
        return fail(err, ERR_PROTOCOL, "%s: true or false expected", name);
    *out = cJSON_IsTrue(value);
    return true;
}

/* Is `c` in a set written as "a-zA-Z0-9_-"? A '-' at the end stands for itself. */
static bool in_charset(char c, const char *set) {
    for (; *set != '\0'; set++) {
        if (set[1] == '-' && set[2] != '\0') {
            if (c >= set[0] && c <= set[2])
                return true;
            set += 2;
        } else if (c == *set) {
            return true;
        }
    }
    return false;
}

static bool all_in_charset(const char *text, const char *set) {
    for (; set != NULL && *text != '\0'; text++)
        if (!in_charset(*text, set))
            return false;
    return true;
}

/* The text itself is not in the error: it may be a secret. */
bool json_may_text(const cJSON *object, const char *name, size_t low, size_t high, const char *charset,
                   const char **out, struct err *err) {
    const cJSON *value = member(object, name);
    size_t len;
    if (value == NULL)
        return true;
    len = cJSON_IsString(value) ? strlen(value->valuestring) : 0;
    if (!cJSON_IsString(value) || len < low || len > high)
        return fail(err, ERR_PROTOCOL, "%s: text of %zu..%zu characters expected", name, low, high);
    if (!all_in_charset(value->valuestring, charset))
        return fail(err, ERR_PROTOCOL, "%s: only characters of [%s] expected", name, charset);
    *out = value->valuestring;
    return true;
}

bool json_need_text(const cJSON *object, const char *name, size_t low, size_t high, const char *charset,
                    const char **out, struct err *err) {
    if (member(object, name) == NULL)
        return missing(name, err);
    return json_may_text(object, name, low, high, charset, out, err);
}

const cJSON *json_object(const cJSON *object, const char *name) {
    const cJSON *value = member(object, name);
    return cJSON_IsObject(value) ? value : NULL;
}

const cJSON *json_array(const cJSON *object, const char *name) {
    const cJSON *value = member(object, name);
    return cJSON_IsArray(value) ? value : NULL;
}
