#include "detail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lang.h"
#include "text.h"

enum { NAME_SIZE = 40, NAMES = 16, VALUE_SHOWN = 60 };

#define MEETING "MEETING_TICKET", WX_MEETING_UPDATE
#define MOVIE "MOVIE_TICKET", WX_MOVIE_UPDATE
#define BOARDING "BOARDING_PASS", WX_BOARDING_CHECKIN

/* clang-format off */
static const struct detail rows[] = {
    {MEETING,  "zone",           "Zone",         DETAIL_TEXT,   0, 0,      false, "the part of the place, as B"},
    {MEETING,  "entrance",       "Entrance",     DETAIL_TEXT,   0, 0,      false, "where to go in, as North gate"},
    {MEETING,  "seat_number",    "Seat",         DETAIL_TEXT,   1, 0,      true,  "the seat, as 12"},
    {MEETING,  "begin_time",     "Begins",       DETAIL_TIME,   0, 0,      false, "when it begins, as 2026-12-01T19:30; in JSON seconds since 1970"},
    {MEETING,  "end_time",       "Ends",         DETAIL_TIME,   0, 0,      false, "when it ends, as 2026-12-01T22:00; in JSON seconds since 1970"},
    {MOVIE,    "ticket_class",   "Class of ticket", DETAIL_TEXT,   1, 0,      true,  "the kind of ticket, as 3D"},
    {MOVIE,    "show_time",      "Show begins",  DETAIL_TIME,   0, 0,      true,  "when the show begins, as 2026-12-01T19:30; in JSON seconds since 1970"},
    {MOVIE,    "duration",       "Minutes",      DETAIL_NUMBER, 1, 100000, true,  "whole minutes, 1 to 100000"},
    {MOVIE,    "screening_room", "Room",         DETAIL_TEXT,   0, 0,      false, "the room, as 4"},
    {MOVIE,    "seat_number",    "Seats",        DETAIL_SEATS,  1, 0,      false, "one seat or several, as A1,A2"},
    {BOARDING, "passenger_name", "Passenger",    DETAIL_TEXT,   0, 15,     false, "the passenger's name, at most 15 characters"},
    {BOARDING, "class",          "Class",        DETAIL_TEXT,   0, 5,      false, "the class, at most 5 characters"},
    {BOARDING, "seat",           "Seat",         DETAIL_TEXT,   0, 0,      false, "the seat, as 12A"},
    {BOARDING, "etkt_bnr",       "Ticket number", DETAIL_DIGITS, 14, 14,   false, "the number of the electronic ticket, 14 digits"},
    {BOARDING, "qrcode_data",    "QR code",      DETAIL_TEXT,   0, 0,      false, "what its QR code says"},
    {BOARDING, "is_cancel",      "Cancelled",    DETAIL_SWITCH, 0, 0,      false, "on when it is cancelled, or off; in JSON true or false"},
    {BOARDING, "gate",           "Gate of flight", DETAIL_TEXT,   0, 0,      false, "the gate, as C12"},
    {BOARDING, "boarding_time",  "Boarding",     DETAIL_TIME,   0, 0,      false, "when boarding begins, as 2026-12-01T19:30; in JSON seconds since 1970"},
};
/* clang-format on */

const struct detail *detail_rows(size_t *count) {
    *count = ARRAY_LEN(rows);
    return rows;
}

static const struct detail *find(const char *card_type, const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].card_type, card_type) == 0 && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* --- what is wrong --- */

static bool unknown(const char *card_type, const char *name, struct err *err) {
    AUTO_BUF struct buf all = {0};
    const char *names[NAMES], *nearest;
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].card_type, card_type) == 0) {
            buf_printf(&all, "%s%s", count == 0 ? "" : _(", "), rows[i].name);
            names[count++] = rows[i].name;
        }
    nearest = text_nearest(name, names, count);
    fail(err, ERR_INPUT, "a %s has no detail \"%s\"", card_type, name);
    return nearest ? fail_cure(err, "did you mean \"%s\"?", nearest) : fail_cure(err, "%s", buf_str(&all));
}

static bool misfit(const struct detail *d, const char *value, struct err *err) {
    fail(err, ERR_INPUT, "%s: \"%.*s\" does not fit", d->name, VALUE_SHOWN, value);
    return fail_cure(err, "%s: %s", d->name, _(d->help));
}

/* --- what fits: values as WeChat gets them --- */

static int64_t characters(const char *text) {
    size_t len = strlen(text);
    int64_t count = 0;
    uint32_t point;
    for (size_t n; (n = utf8_next(text, len, &point)) > 0; text += n, len -= n)
        count++;
    return count;
}

static bool text_fits(const struct detail *d, const cJSON *value) {
    if (!cJSON_IsString(value))
        return false;
    int64_t count = characters(value->valuestring);
    return count >= d->low && (d->high == 0 || count <= d->high);
}

static bool number_fits(const cJSON *value, double low, double high) {
    return cJSON_IsNumber(value) && value->valuedouble >= low && value->valuedouble <= high &&
           value->valuedouble <= (double)(int64_t)value->valuedouble;
}

/* Sources disagree whether WeChat takes a text or a list of texts. */
static bool seats_fit(const struct detail *d, const cJSON *value) {
    const cJSON *seat;
    if (!cJSON_IsArray(value))
        return text_fits(d, value);
    cJSON_ArrayForEach(seat, value) if (!text_fits(d, seat)) return false;
    return cJSON_GetArraySize(value) > 0;
}

static bool value_fits(const struct detail *d, const cJSON *value) {
    switch (d->type) {
    case DETAIL_TIME: /* milliseconds are a mistake that WeChat does not notice */
        return number_fits(value, 1e9, 1e10 - 1);
    case DETAIL_NUMBER:
        return number_fits(value, (double)d->low, (double)d->high);
    case DETAIL_SWITCH:
        return cJSON_IsBool(value);
    case DETAIL_SEATS:
        return seats_fit(d, value);
    case DETAIL_DIGITS:
        return text_fits(d, value) && strspn(value->valuestring, "0123456789") == strlen(value->valuestring);
    case DETAIL_TEXT:
    default:
        return text_fits(d, value);
    }
}

static bool check_value(const char *card_type, const cJSON *value, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const struct detail *d = find(card_type, value->string);
    if (d == NULL)
        return unknown(card_type, value->string, err);
    if (value_fits(d, value))
        return true;
    if (!cJSON_IsString(value))
        json_print(&text, value);
    return misfit(d, cJSON_IsString(value) ? value->valuestring : buf_str(&text), err);
}

static bool check(const char *card_type, const cJSON *values, struct err *err) {
    for (const cJSON *value = values->child; value; value = value->next)
        if (!check_value(card_type, value, err))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].card_type, card_type) == 0 && rows[i].needed &&
            !cJSON_HasObjectItem(values, rows[i].name)) {
            fail(err, ERR_INPUT, "%s is missing", rows[i].name);
            return fail_cure(err, "%s: %s", rows[i].name, _(rows[i].help));
        }
    return true;
}

/* --- values as people type them --- */

static bool ask_time(struct detail_times *times, const char *typed, int64_t *at, struct err *err) {
    AUTO_ROWS struct db_rows answer = {0};
    if (!db_query(times->db, &sql_time_typed, &answer, err, V_TEXT(typed)))
        return false;
    *at = db_int(&answer, 0, "at");
    return true;
}

/* The database knows the event's zone. */
static bool read_time(struct detail_times *times, const struct detail *d, const char *typed, int64_t *at,
                      struct err *err) {
    for (int i = 0; i < DETAIL_TIMES; i++)
        if (times->known[i].typed[0] != '\0' && strcmp(times->known[i].typed, typed) == 0) {
            *at = times->known[i].at;
            return true;
        }
    if (!ask_time(times, typed, at, err))
        return strncmp(err->sqlstate, "22", 2) == 0 ? misfit(d, typed, err) : false;
    if (text_copy(times->known[times->next].typed, sizeof times->known[0].typed, typed)) {
        times->known[times->next].at = *at;
        times->next = (times->next + 1) % DETAIL_TIMES;
    }
    return true;
}

static cJSON *seats_of(const char *typed) {
    cJSON *seats = cJSON_CreateArray();
    for (const char *at = typed;; at++) {
        size_t len = strcspn(at, ",");
        char *seat = strndup(at, len);
        cJSON_AddItemToArray(seats, cJSON_CreateString(seat));
        free(seat);
        at += len;
        if (*at == '\0')
            return seats;
    }
}

static bool take_number(cJSON *out, const struct detail *d, const char *typed, struct err *err) {
    char *end;
    long long number = strtoll(typed, &end, 10);
    if (end == typed || *end != '\0')
        return misfit(d, typed, err);
    json_add_int(out, d->name, number);
    return true;
}

static bool take_switch(cJSON *out, const struct detail *d, const char *typed, struct err *err) {
    bool on = strcmp(typed, "on") == 0;
    if (!on && strcmp(typed, "off") != 0)
        return misfit(d, typed, err);
    json_add_bool(out, d->name, on);
    return true;
}

static bool take_typed(struct detail_times *times, cJSON *out, const struct detail *d, const char *typed,
                       struct err *err) {
    int64_t at;
    switch (d->type) {
    case DETAIL_TIME:
        if (!read_time(times, d, typed, &at, err))
            return false;
        json_add_int(out, d->name, at);
        return true;
    case DETAIL_NUMBER:
        return take_number(out, d, typed, err);
    case DETAIL_SWITCH:
        return take_switch(out, d, typed, err);
    case DETAIL_SEATS:
        json_add(out, d->name, seats_of(typed));
        return true;
    case DETAIL_TEXT:
    case DETAIL_DIGITS:
    default:
        json_add_text(out, d->name, typed);
        return true;
    }
}

static bool take_word(struct detail_times *times, const char *card_type, cJSON *out, const char *word,
                      struct err *err) {
    const char *equals = strchr(word, '=');
    const struct detail *d;
    char name[NAME_SIZE];
    if (equals == NULL) {
        fail(err, ERR_INPUT, "NAME=VALUE expected, not \"%.*s\"", VALUE_SHOWN, word);
        return fail_cure(err,
                         "\"kaquan-worker help details\" lists the names; a value with blanks stands in \"...\"");
    }
    snprintf(name, sizeof name, "%.*s", int_of((size_t)(equals - word)), word);
    d = find(card_type, name);
    if (d == NULL)
        return unknown(card_type, name, err);
    if (cJSON_HasObjectItem(out, name)) {
        fail(err, ERR_INPUT, "%s is there more than once", name);
        return fail_cure(err, "%s: %s", name, _(d->help));
    }
    return take_typed(times, out, d, equals + 1, err);
}

/* --- all of a ticket --- */

static bool take(struct detail_times *times, const char *card_type, cJSON *out, const char *const *words, int count,
                 struct err *err) {
    for (int i = 0; i < count; i++)
        if (!utf8_valid(words[i], strlen(words[i])))
            return fail(err, ERR_INPUT, "the details are not UTF-8 text");
        else if (!take_word(times, card_type, out, words[i], err))
            return false;
    return true;
}

static cJSON *parse(const char *text, struct err *err) {
    cJSON *out = json_parse(text, strlen(text), NULL, err);
    if (out == NULL)
        err->kind = ERR_INPUT; /* a person's JSON, not WeChat's */
    return out;
}

cJSON *details_read(struct detail_times *times, const char *card_type, const char *const *words, int count,
                    struct err *err) {
    bool is_json = count == 1 && words[0][0] == '{';
    AUTO_JSON cJSON *out = is_json ? parse(words[0], err) : json_new();
    cJSON *made;
    if (out == NULL || (!is_json && !take(times, card_type, out, words, count, err)) || !check(card_type, out, err))
        return NULL;
    made = out;
    out = NULL;
    return made;
}
