#include "bulk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "lang.h"

enum { CODE_MOST = 20, BODY_MOST = 2048 };

/* clang-format off */
static const struct bulk_act acts[BULK_ACTS] = {
    [BULK_CONSUME]     = {BULK_CONSUME,     "consume",     "consumed",     NULL,   "are consumed for ever"},
    [BULK_VOID]        = {BULK_VOID,        "void",        "void",         NULL,   "become void for ever"},
    [BULK_CHANGE_CODE] = {BULK_CHANGE_CODE, "change_code", "code_changed", "NEW",  "get another code"},
    [BULK_UPDATE]      = {BULK_UPDATE,      "update",      "updated",      "JSON", "show other details"},
};

/* Details of a ticket that WeChat lets change, by card type. There is no endpoint for other types. */
static const struct detail {
    const char *card_type;
    enum wx_endpoint_id endpoint;
    const char *name;
    enum { TEXT, SECONDS, NUMBER, SWITCH, SEATS } type; /* SEATS: a text or a list of texts; sources disagree */
    bool needed;
} details[] = {
    {"MEETING_TICKET", WX_MEETING_UPDATE,   "zone",           TEXT,    false},
    {"MEETING_TICKET", WX_MEETING_UPDATE,   "entrance",       TEXT,    false},
    {"MEETING_TICKET", WX_MEETING_UPDATE,   "seat_number",    TEXT,    true},
    {"MEETING_TICKET", WX_MEETING_UPDATE,   "begin_time",     SECONDS, false},
    {"MEETING_TICKET", WX_MEETING_UPDATE,   "end_time",       SECONDS, false},
    {"MOVIE_TICKET",   WX_MOVIE_UPDATE,     "ticket_class",   TEXT,    true},
    {"MOVIE_TICKET",   WX_MOVIE_UPDATE,     "show_time",      SECONDS, true},
    {"MOVIE_TICKET",   WX_MOVIE_UPDATE,     "duration",       NUMBER,  true},
    {"MOVIE_TICKET",   WX_MOVIE_UPDATE,     "screening_room", TEXT,    false},
    {"MOVIE_TICKET",   WX_MOVIE_UPDATE,     "seat_number",    SEATS,   false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "passenger_name", TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "class",          TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "seat",           TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "etkt_bnr",       TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "qrcode_data",    TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "is_cancel",      SWITCH,  false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "gate",           TEXT,    false},
    {"BOARDING_PASS",  WX_BOARDING_CHECKIN, "boarding_time",  SECONDS, false},
};
/* clang-format on */

const struct bulk_act *bulk_act(enum bulk_act_id id) {
    return &acts[id];
}

const struct bulk_act *bulk_act_named(const char *name) {
    for (size_t i = 0; i < BULK_ACTS; i++)
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    return NULL;
}

bool bulk_endpoint(const struct bulk_act *act, const char *card_type, enum wx_endpoint_id *endpoint,
                   struct err *err) {
    static const enum wx_endpoint_id fixed[] = {
        [BULK_CONSUME] = WX_CODE_CONSUME, [BULK_VOID] = WX_CODE_UNAVAILABLE, [BULK_CHANGE_CODE] = WX_CODE_UPDATE};
    if (act->id != BULK_UPDATE) {
        *endpoint = fixed[act->id];
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(details); i++)
        if (strcmp(details[i].card_type, card_type) == 0) {
            *endpoint = details[i].endpoint;
            return true;
        }
    fail(err, ERR_INPUT, "WeChat lets nobody change the details of a %s", card_type);
    return fail_cure(err, "it does for MEETING_TICKET, MOVIE_TICKET and BOARDING_PASS");
}

/* --- the details of one ticket --- */

static bool value_fits(const struct detail *d, const cJSON *value) {
    const cJSON *seat;
    bool texts = cJSON_IsArray(value) && cJSON_GetArraySize(value) > 0;
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(seat, value) texts &= cJSON_IsString(seat);
    switch (d->type) {
    case TEXT:
        return cJSON_IsString(value);
    case SECONDS: /* milliseconds are a mistake that WeChat does not notice */
        return cJSON_IsNumber(value) && value->valuedouble >= 1e9 && value->valuedouble < 1e10;
    case NUMBER:
        return cJSON_IsNumber(value) && value->valuedouble >= 1 && value->valuedouble <= 1e5;
    case SWITCH:
        return cJSON_IsBool(value);
    case SEATS:
    default:
        return cJSON_IsString(value) || texts;
    }
}

static bool check_known(const char *card_type, const cJSON *value, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(details); i++)
        if (strcmp(details[i].card_type, card_type) == 0 && strcmp(details[i].name, value->string) == 0)
            return value_fits(&details[i], value) ||
                   fail(err, ERR_INPUT, "%s has a value of the wrong kind", value->string);
    return fail(err, ERR_INPUT, "a %s has no detail \"%s\"", card_type, value->string);
}

static bool check_details(const char *card_type, const cJSON *values, struct err *err) {
    for (const cJSON *value = values->child; value; value = value->next)
        if (!check_known(card_type, value, err))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(details); i++)
        if (strcmp(details[i].card_type, card_type) == 0 && details[i].needed &&
            !cJSON_HasObjectItem(values, details[i].name))
            return fail(err, ERR_INPUT, "%s is missing", details[i].name);
    return true;
}

/* --- lists --- */

static bool code_good(const char *code, struct err *err) {
    if (code[0] != '\0' && strlen(code) <= CODE_MOST)
        return true;
    return fail(err, ERR_INPUT, "a code of 1..%d bytes expected, not \"%s\"", CODE_MOST, code);
}

/* What the call carries beside code and card_id. */
static cJSON *argument_of(const struct bulk_act *act, const char *card_type, const char *rest, struct err *err) {
    AUTO_JSON cJSON *argument = NULL;
    if (act->id == BULK_UPDATE) {
        argument = json_parse(rest, strlen(rest), NULL, err);
        if (argument == NULL || !check_details(card_type, argument, err))
            return NULL;
    } else {
        argument = json_new();
        if (act->id == BULK_CHANGE_CODE && !code_good(rest, err))
            return NULL;
        if (act->id == BULK_CHANGE_CODE)
            json_add_text(argument, "new_code", rest);
    }
    cJSON *made = argument;
    argument = NULL;
    return made;
}

bool bulk_line(const struct bulk_act *act, const char *card_type, const char *line, int64_t number, struct buf *list,
               int64_t *count, struct err *err) {
    AUTO_JSON cJSON *argument = NULL;
    char code[BODY_MOST];
    size_t len = strcspn(line, " \t");
    const char *rest = line + len + strspn(line + len, " \t");
    snprintf(code, sizeof code, "%.*s", (int)len, line);
    if (!code_good(code, err))
        return fail_in(err, "line %" PRId64, number);
    if ((act->rest == NULL) != (rest[0] == '\0'))
        return fail(err, ERR_INPUT, "line %" PRId64 ": CODE%s%s expected", number, act->rest ? " " : _(" alone"),
                    act->rest ? act->rest : "");
    argument = argument_of(act, card_type, rest, err);
    if (argument == NULL)
        return fail_in(err, "line %" PRId64, number);
    buf_printf(list, "%s{\"n\":%" PRId64 ",\"code\":", list->len ? "," : "[", number);
    json_quote(list, code);
    buf_text(list, ",\"argument\":");
    json_print(list, argument);
    buf_char(list, '}');
    ++*count;
    return true;
}

static bool fits(struct db *db, const struct template *t, const char *list, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_bulk_misfit, &rows, err, V_INT(t->id), V_TEXT(list)))
        return false;
    return rows.count == 0 || fail(err, ERR_INPUT, "line %" PRId64 ", %s: %s", db_int(&rows, 0, "n"),
                                   db_text(&rows, 0, "code"), _(db_text(&rows, 0, "why")));
}

bool bulk_add(struct db *db, const struct act *who, const struct bulk_act *act, const struct template *t,
              const struct buf *list, int64_t *id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf whole = {0};
    char action[40], object[80], after[80];
    buf_printf(&whole, "%s]", buf_str(list));
    if (!db_begin(db, err))
        return false;
    if (!fits(db, t, buf_str(&whole), err) ||
        !db_query(db, &sql_bulk_add, &rows, err, V_INT(t->id), V_TEXT(act->name), V_TEXT(who->person),
                  V_TEXT(who->reason), V_TEXT(buf_str(&whole))))
        return audit_undo(db);
    *id = db_int(&rows, 0, "id");
    snprintf(action, sizeof action, "ticket_%s", act->name);
    snprintf(object, sizeof object, "template %s", t->key);
    snprintf(after, sizeof after, "{\"bulk\": \"%" PRId64 "\", \"tickets\": %" PRId64 "}", *id,
             db_int(&rows, 0, "items"));
    return audit_commit(db, who, action, object, NULL, after, err);
}
