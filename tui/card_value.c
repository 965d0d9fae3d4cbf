#include "card_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "lang.h"

enum { CHINA_S = 8 * 3600, DAY_S = 86400, MEMBERS = 200, DEPTH = 16 };

/* --- days and moments --- */

bool card_value_is_day(const struct template_field *field) {
    return field->type == FIELD_SECONDS || field->type == FIELD_MOMENT;
}

/* A day alone is its first second, or its last where something ends. */
static bool is_end(const struct template_field *field) {
    return strstr(field->place, "end_") != NULL;
}

static void day_text(const struct template_field *field, int64_t seconds, struct buf *out) {
    time_t at = (time_t)(seconds + CHINA_S);
    int64_t of_day = (seconds + CHINA_S) % DAY_S;
    char text[64] = "";
    struct tm tm;

    if (gmtime_r(&at, &tm) == NULL)
        return;
    strftime(text, sizeof(text), of_day == (is_end(field) ? DAY_S - 1 : 0) ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S", &tm);
    if (strlen(text) > 16 && strcmp(text + 16, ":00") == 0)
        text[16] = '\0';
    buf_text(out, text);
}

static int64_t whole_day(const struct template_field *field, int64_t first) {
    return is_end(field) ? first + DAY_S - 1 : first;
}

/* "+30d": that many days from today. */
static bool read_days_ahead(const struct template_field *field, const char *text, int64_t now, int64_t *out) {
    int64_t today = now - (now + CHINA_S) % DAY_S;
    int days, len = 0;

    if (sscanf(text, "+%5dd%n", &days, &len) != 1 || days < 0 || len == 0 || text[len] != '\0')
        return false;
    *out = whole_day(field, today + (int64_t)days * DAY_S);
    return true;
}

/* "2026-11-01", "2026-11-01 18:00", "2026-11-01 18:00:30". */
static bool read_day(const struct template_field *field, const char *text, int64_t *out) {
    struct tm tm = {0}, same;
    int len = 0, seconds_len = 0;
    bool timed;
    time_t at;

    if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &len) != 3 || tm.tm_year < 1970)
        return false;
    timed = sscanf(text + len, " %2d:%2d%n", &tm.tm_hour, &tm.tm_min, &seconds_len) == 2;
    len += timed ? seconds_len : 0;
    seconds_len = 0;
    if (timed && sscanf(text + len, ":%2d%n", &tm.tm_sec, &seconds_len) == 1)
        len += seconds_len;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    same = tm;
    at = timegm(&same); /* the 31st of a short month becomes the first of the next */
    if (text[len] != '\0' || same.tm_mday != tm.tm_mday || same.tm_mon != tm.tm_mon || same.tm_hour != tm.tm_hour)
        return false;
    *out = timed ? (int64_t)at - CHINA_S : whole_day(field, (int64_t)at - CHINA_S);
    return true;
}

static cJSON *read_moment(const struct template_field *field, const char *text, int64_t now, const char **why) {
    int64_t seconds;

    if (read_days_ahead(field, text, now, &seconds) || read_day(field, text, &seconds))
        return cJSON_CreateNumber((double)seconds);
    *why = N_("is no day: write 2026-11-01, 2026-11-01 18:00, or +30d from today (China time)");
    return cJSON_CreateString(text);
}

/* --- numbers, lists --- */

static cJSON *read_int(const char *text, const char **why) {
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0 && number > -(1LL << 53) && number < 1LL << 53)
        return cJSON_CreateNumber((double)number);
    *why = N_("is no number: write digits alone");
    return cJSON_CreateString(text);
}

/* Words with blanks or commas between them. */
static cJSON *read_list(const struct template_field *field, const char *text, const char **why) {
    cJSON *list = cJSON_CreateArray();

    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        AUTO_BUF struct buf word = {0};
        size_t len = strcspn(text, " ,");

        buf_add(&word, text, len);
        cJSON_AddItemToArray(list, field->type == FIELD_INTS ? read_int(buf_str(&word), why)
                                                             : cJSON_CreateString(buf_str(&word)));
        text += len;
    }
    return list;
}

static void list_text(const cJSON *list, struct buf *out) {
    const cJSON *item;

    cJSON_ArrayForEach(item, list) {
        if (item != list->child)
            buf_text(out, ", ");
        if (cJSON_IsString(item))
            buf_text(out, item->valuestring);
        else
            json_print(out, item);
    }
}

/* A list of objects is written as JSON: json_parse() takes objects, so it gets one around it. */
static cJSON *read_json(const char *text, const char **why) {
    static const struct json_limits limits = {.depth = DEPTH, .members = MEMBERS};
    AUTO_BUF struct buf whole = {0};
    cJSON *object, *list = NULL;

    buf_printf(&whole, "{\"list\": %s}", text);
    object = json_parse(buf_str(&whole), whole.len, &limits, NULL);
    if (cJSON_GetArraySize(object) == 1)
        list = cJSON_DetachItemFromObjectCaseSensitive(object, "list");
    cJSON_Delete(object);
    if (list != NULL)
        return list;
    *why = N_("is no JSON: write [{\"name\": \"value\"}, ...]");
    return cJSON_CreateString(text);
}

/* --- texts --- */

/* Replaces each `from` by `to`. */
static void replace(struct buf *out, const char *text, const char *from, const char *to) {
    const char *at;

    for (; (at = strstr(text, from)) != NULL; text = at + strlen(from)) {
        buf_add(out, text, (size_t)(at - text));
        buf_text(out, to);
    }
    buf_text(out, text);
}

size_t card_value_bytes(const char *text) {
    AUTO_BUF struct buf plain = {0};

    replace(&plain, text, CARD_LINE_END, "\n");
    return plain.len;
}

static cJSON *read_text(const char *text) {
    AUTO_BUF struct buf plain = {0};

    replace(&plain, text, CARD_LINE_END, "\n");
    return cJSON_CreateString(buf_str(&plain));
}

/* --- all of them --- */

/* What stood for a kind of validity once. */
static const char *date_name(const cJSON *value) {
    if (value->valuedouble < 2)
        return "DATE_TYPE_FIX_TIME_RANGE";
    return value->valuedouble < 100 ? "DATE_TYPE_FIX_TERM" : "DATE_TYPE_PERMANENT";
}

void card_value_text(const struct template_field *field, const cJSON *value, struct buf *out) {
    const char *text = cJSON_GetStringValue(value);
    bool is_moment = card_value_is_day(field);

    if (value == NULL)
        return;
    if (is_moment && (cJSON_IsNumber(value) || strspn(text ? text : "x", "0123456789") == strlen(text ? text : "")))
        day_text(field, text ? strtoll(text, NULL, 10) : (int64_t)value->valuedouble, out);
    else if (text != NULL && strcmp(field->place, "base_info.color") == 0 && template_color_name(text) != NULL)
        buf_text(out, template_color_name(text));
    else if (text != NULL)
        replace(out, text, "\n", CARD_LINE_END);
    else if (field->type == FIELD_DATE && cJSON_IsNumber(value))
        buf_text(out, date_name(value));
    else if (cJSON_IsArray(value) && field->type != FIELD_OBJECTS)
        list_text(value, out);
    else
        json_print(out, value);
}

cJSON *card_value_read(const struct template_field *field, const char *text, int64_t now, const char **why) {
    const char *unused = NULL;

    why = why ? why : &unused;
    if (text[0] == '\0')
        return NULL;
    switch (field->type) {
    case FIELD_SECONDS:
    case FIELD_MOMENT:
        return read_moment(field, text, now, why);
    case FIELD_INT:
        return read_int(text, why);
    case FIELD_BOOL:
        return cJSON_CreateBool(strcmp(text, "true") == 0);
    case FIELD_TEXTS:
    case FIELD_PICTURES:
    case FIELD_INTS:
        return read_list(field, text, why);
    case FIELD_OBJECTS:
        return read_json(text, why);
    default:
        return read_text(text);
    }
}
