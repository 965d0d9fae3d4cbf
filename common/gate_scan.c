#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"

/* Scans of one transaction: gates that ask about the same tickets wait for its end. */
enum { CHUNK = 100 };

void gate_scans_clear(struct gate_scans *scans) {
    for (size_t i = 0; i < scans->count; i++)
        cJSON_Delete(scans->list[i].json);
    free(scans->list);
    *scans = (struct gate_scans){0};
}

/* "2026-12-01T10:00:00.5+08:00" or "...Z": Unix seconds. */
static bool read_time(const char *text, double *out, struct err *err) {
    struct tm day = {0}, zone = {0};
    double fraction = 0;
    char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &day);
    if (rest != NULL && *rest == '.')
        fraction = strtod(rest, &rest);
    rest = rest == NULL ? NULL : strptime(rest, "%z", &zone);
    if (rest == NULL || *rest != '\0')
        return fail(err, ERR_INPUT, "at: a time as 2026-12-01T10:00:00+08:00 expected, not \"%s\"", text);
    *out = (double)timegm(&day) - (double)zone.tm_gmtoff + fraction;
    return true;
}

/* Checks one and makes it what the statement reads. */
static bool read_scan(struct gate_scan *scan, int line, struct err *err) {
    const char *at, *text;
    bool admitted = true;
    if (!json_need_text(scan->json, "at", 1, 40, NULL, &at, err) || !read_time(at, &scan->at, err) ||
        !json_need_text(scan->json, "template", 1, 40, NULL, &text, err) ||
        !json_need_text(scan->json, "code", 1, 256, NULL, &text, err) ||
        !json_need_text(scan->json, "gate", 1, 40, NULL, &text, err) ||
        !json_need_text(scan->json, "scan_id", 1, 64, NULL, &text, err) ||
        !json_may_bool(scan->json, "admitted", &admitted, err))
        return false;
    cJSON_DeleteItemFromObjectCaseSensitive(scan->json, "at");
    cJSON_DeleteItemFromObjectCaseSensitive(scan->json, "admitted");
    cJSON_AddNumberToObject(scan->json, "at", scan->at);
    json_add_bool(scan->json, "admitted", admitted);
    json_add_int(scan->json, "line", line);
    return true;
}

static struct gate_scan *add_scan(struct gate_scans *scans, cJSON *json) {
    if (scans->count == scans->room) {
        scans->room = scans->room == 0 ? 256 : scans->room * 2;
        scans->list = mem_resize(scans->list, scans->room * sizeof *scans->list);
    }
    scans->list[scans->count] = (struct gate_scan){.json = json};
    return &scans->list[scans->count++];
}

static const char *text_of(const struct gate_scan *scan, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(scan->json, name));
}

/* Tickets are kept in line until a transaction ends: in one order of tickets, two uploads do not wait for each other.
 */
static int by_ticket_and_time(const void *a, const void *b) {
    const struct gate_scan *one = a, *other = b;
    int template = strcmp(text_of(one, "template"), text_of(other, "template"));
    int code = strcmp(text_of(one, "code"), text_of(other, "code"));
    return template != 0 ? template : code != 0 ? code : (one->at > other->at) - (one->at < other->at);
}

bool gate_scans_read(const char *text, size_t len, struct gate_scans *scans, struct err *err) {
    const char *end = text + len;
    for (int line = 1; text < end; line++) {
        size_t width = strcspn(text, "\n");
        cJSON *json;
        if (width > strspn(text, " \t\r")) {
            json = json_parse(text, width, NULL, err);
            if (json == NULL || !read_scan(add_scan(scans, json), line, err)) {
                err->kind = ERR_INPUT;
                return fail_in(err, "line %d", line);
            }
        }
        text += width + 1;
    }
    if (scans->count > 0)
        qsort(scans->list, scans->count, sizeof *scans->list, by_ticket_and_time);
    return true;
}

double gate_scans_age(const struct gate_scans *scans) {
    double age = 0, now = (double)time(NULL);
    for (size_t i = 0; i < scans->count; i++)
        age = now - scans->list[i].at > age ? now - scans->list[i].at : age;
    return age;
}

static void print_chunk(const struct gate_scans *scans, size_t first, size_t next, struct buf *out) {
    for (size_t i = first; i < next; i++) {
        buf_char(out, i == first ? '[' : ',');
        json_print(out, scans->list[i].json);
    }
    buf_char(out, ']');
}

/* {"new": 480, "known": 20, ...}: what became of them. */
static void print_outcomes(const struct db_rows *rows, struct buf *out) {
    static const char *const outcomes[] = {"new", "known", "conflict", "unknown_template", "reused", "bad_time"};
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        int count = 0;
        for (int row = 0; row < rows->count; row++)
            count += strcmp(db_text(rows, row, "outcome"), outcomes[i]) == 0;
        buf_printf(out, "%s\"%s\": %d", i == 0 ? "{" : ", ", outcomes[i], count);
    }
    buf_char(out, '}');
}

bool gate_scans_keep(struct db *db, const struct act *act, const struct gate_scans *scans, size_t first, size_t *next,
                     struct db_rows *rows, struct err *err) {
    AUTO_BUF struct buf chunk = {0}, outcomes = {0};
    *next = scans->count - first > CHUNK ? first + CHUNK : scans->count;
    print_chunk(scans, first, *next, &chunk);
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_gate_upload, rows, err, V_TEXT(buf_str(&chunk))))
        return audit_undo(db);
    print_outcomes(rows, &outcomes);
    return audit_commit(db, act, "gate_upload", "scans", NULL, buf_str(&outcomes), err);
}
