#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static cJSON *made(cJSON *json) {
    if (json == NULL)
        bug("no memory for a JSON value");
    return json;
}

cJSON *json_new(void) {
    return made(cJSON_CreateObject());
}

void json_add(cJSON *object, const char *name, cJSON *child) {
    if (!cJSON_AddItemToObject(object, name, child))
        bug("the member %s cannot be added", name);
}

void json_add_text(cJSON *object, const char *name, const char *value) {
    json_add(object, name, made(cJSON_CreateString(value)));
}

void json_add_int(cJSON *object, const char *name, int64_t value) {
    if (value > INT64_C(1) << 53 || value < -(INT64_C(1) << 53))
        bug("%s: %" PRId64 " would lose digits in JSON", name, value);
    json_add(object, name, made(cJSON_CreateNumber((double)value)));
}

void json_add_bool(cJSON *object, const char *name, bool value) {
    json_add(object, name, made(cJSON_CreateBool(value)));
}

static void quote_point(struct buf *out, uint32_t point, const char *bytes, size_t len) {
    static const char letters[] = "\b\t\n\f\r\"\\", names[] = "btnfr\"\\";
    const char *found = point == 0 || point > 0x7F ? NULL : strchr(letters, (int)point);
    if (found != NULL)
        buf_printf(out, "\\%c", names[found - letters]);
    else if (point < 0x20)
        buf_printf(out, "\\u%04x", point);
    else
        buf_add(out, bytes, len);
}

void json_quote(struct buf *out, const char *text) {
    size_t len = strlen(text);
    uint32_t point;
    buf_char(out, '"');
    for (size_t at = 0; at < len;) {
        size_t n = utf8_next(text + at, len - at, &point);
        if (n == 0)
            buf_text(out, "\xEF\xBF\xBD");
        else
            quote_point(out, point, text + at, n);
        at += n == 0 ? 1 : n;
    }
    buf_char(out, '"');
}

static void print_number(struct buf *out, double v) {
    size_t start = out->len;
    if (!isfinite(v)) {
        buf_text(out, "null");
        return;
    }
    if (v == trunc(v) && fabs(v) <= 0x1p53) {
        buf_printf(out, "%" PRId64, (int64_t)v);
        return;
    }
    buf_printf(out, "%.15g", v); /* 0.1 as people write it, more digits only when they are needed */
    if (strtod(out->data + start, NULL) == v)
        return;
    out->len = start;
    buf_printf(out, "%.17g", v);
}

static void print_inside(struct buf *out, const cJSON *parent, bool names) {
    for (const cJSON *child = parent->child; child != NULL; child = child->next) {
        if (child != parent->child)
            buf_char(out, ',');
        if (names) {
            json_quote(out, child->string);
            buf_char(out, ':');
        }
        json_print(out, child);
    }
}

/* Not cJSON's own: it writes 1e+15 for a whole number, which WeChat does not read as one. */
void json_print(struct buf *out, const cJSON *json) {
    if (cJSON_IsObject(json) || cJSON_IsArray(json)) {
        buf_char(out, cJSON_IsObject(json) ? '{' : '[');
        print_inside(out, json, cJSON_IsObject(json));
        buf_char(out, cJSON_IsObject(json) ? '}' : ']');
    } else if (cJSON_IsString(json)) {
        json_quote(out, json->valuestring);
    } else if (cJSON_IsNumber(json)) {
        print_number(out, json->valuedouble);
    } else if (cJSON_IsBool(json)) {
        buf_text(out, cJSON_IsTrue(json) ? "true" : "false");
    } else {
        buf_text(out, "null");
    }
}
