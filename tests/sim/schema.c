#include "schema.h"

#include <string.h>

#include "simbase.h"

#define SCHEMA(rows)                                                                                                 \
    { rows, COUNT_OF(rows) }

/* clang-format off */
static const struct field card_id_fields[] = {{"card_id", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_CARD_ID = SCHEMA(card_id_fields);

static const struct field batchget_fields[] = {
    {"offset", FIELD_INT, 0, 0, NULL}, {"count", FIELD_INT, 0, 0, NULL}, {"status_list", FIELD_TEXTS, 0, 0, NULL}};
const struct schema BODY_BATCHGET = SCHEMA(batchget_fields);

static const struct field stock_fields[] = {
    {"card_id", FIELD_TEXT, 0, 0, NULL}, {"increase_stock_value", FIELD_INT, 0, 0, NULL},
    {"reduce_stock_value", FIELD_INT, 0, 0, NULL}};
const struct schema BODY_MODIFYSTOCK = SCHEMA(stock_fields);

static const struct field code_fields[] = {
    {"code", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL},
    {"check_consume", FIELD_BOOL, 0, 0, NULL}, {"reason", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_CODE = SCHEMA(code_fields);

static const struct field codes_fields[] = {
    {"card_id", FIELD_TEXT, 0, 0, NULL}, {"code", FIELD_TEXTS, 0, 0, NULL}};
const struct schema BODY_CODES = SCHEMA(codes_fields);

static const struct field decrypt_fields[] = {{"encrypt_code", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_DECRYPT = SCHEMA(decrypt_fields);

static const struct field new_code_fields[] = {
    {"code", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL}, {"new_code", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_NEW_CODE = SCHEMA(new_code_fields);

static const struct field wallet_fields[] = {{"openid", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_WALLET = SCHEMA(wallet_fields);

static const struct field meeting_fields[] = {
    {"code", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL}, {"zone", FIELD_TEXT, 0, 0, NULL},
    {"entrance", FIELD_TEXT, 0, 0, NULL}, {"seat_number", FIELD_TEXT, 0, 0, NULL}, {"begin_time", FIELD_INT, 0, 0, NULL},
    {"end_time", FIELD_INT, 0, 0, NULL}};
const struct schema BODY_MEETING = SCHEMA(meeting_fields);

static const struct field movie_fields[] = {
    {"code", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL}, {"ticket_class", FIELD_TEXT, 0, 0, NULL},
    {"show_time", FIELD_INT, 0, 0, NULL}, {"duration", FIELD_INT, 0, 0, NULL}, {"screening_room", FIELD_TEXT, 0, 0, NULL},
    {"seat_number", FIELD_TEXT_OR_TEXTS, 0, 0, NULL}}; /* sources disagree */
const struct schema BODY_MOVIE = SCHEMA(movie_fields);

static const struct field boarding_fields[] = {
    {"code", FIELD_TEXT, 0, 0, NULL}, {"card_id", FIELD_TEXT, 0, 0, NULL}, {"passenger_name", FIELD_TEXT, 0, 0, NULL},
    {"class", FIELD_TEXT, 0, 0, NULL}, {"seat", FIELD_TEXT, 0, 0, NULL}, {"etkt_bnr", FIELD_TEXT, 0, 0, NULL},
    {"qrcode_data", FIELD_TEXT, 0, 0, NULL}, {"is_cancel", FIELD_BOOL, 0, 0, NULL}, {"gate", FIELD_TEXT, 0, 0, NULL},
    {"boarding_time", FIELD_INT, 0, 0, NULL}};
const struct schema BODY_BOARDING = SCHEMA(boarding_fields);

static const struct field tester_fields[] = {
    {"openid", FIELD_TEXTS, 0, 0, NULL}, {"username", FIELD_TEXTS, 0, 0, NULL}};
const struct schema BODY_TESTERS = SCHEMA(tester_fields);

static const struct field qr_card_fields[] = {
    {"card_id", FIELD_TEXT, FIELD_REQUIRED, 0, NULL}, {"code", FIELD_TEXT, 0, 20, NULL},
    {"openid", FIELD_TEXT, 0, 0, NULL}, {"is_unique_code", FIELD_BOOL, 0, 0, NULL},
    {"outer_id", FIELD_INT, 0, 0, NULL}, {"outer_str", FIELD_TEXT, 0, 128, NULL}};
static const struct schema qr_card = SCHEMA(qr_card_fields);
static const struct field qr_list_fields[] = {{"card_list", FIELD_OBJECTS, FIELD_REQUIRED, 0, &qr_card}};
static const struct schema qr_list = SCHEMA(qr_list_fields);
static const struct field qr_info_fields[] = {
    {"card", FIELD_OBJECT, 0, 0, &qr_card}, {"multiple_card", FIELD_OBJECT, 0, 0, &qr_list}};
static const struct schema qr_info = SCHEMA(qr_info_fields);
static const struct field qrcode_fields[] = {
    {"action_name", FIELD_TEXT, FIELD_REQUIRED, 0, NULL}, {"expire_seconds", FIELD_INT, 0, 0, NULL},
    {"action_info", FIELD_OBJECT, FIELD_REQUIRED, 0, &qr_info}};
const struct schema BODY_QRCODE = SCHEMA(qrcode_fields);

static const struct field landing_card_fields[] = {
    {"card_id", FIELD_TEXT, FIELD_REQUIRED, 0, NULL}, {"thumb_url", FIELD_TEXT, FIELD_REQUIRED, 0, NULL}};
static const struct schema landing_card = SCHEMA(landing_card_fields);
static const struct field landing_fields[] = {
    {"banner", FIELD_TEXT, FIELD_REQUIRED, 0, NULL}, {"page_title", FIELD_TEXT, FIELD_REQUIRED, 0, NULL},
    {"can_share", FIELD_BOOL, FIELD_REQUIRED, 0, NULL}, {"scene", FIELD_TEXT, FIELD_REQUIRED, 0, NULL},
    {"card_list", FIELD_OBJECTS, FIELD_REQUIRED, 0, &landing_card}};
const struct schema BODY_LANDING = SCHEMA(landing_fields);

static const struct field paycell_fields[] = {
    {"card_id", FIELD_TEXT, 0, 0, NULL}, {"is_open", FIELD_BOOL, FIELD_REQUIRED, 0, NULL}};
const struct schema BODY_PAYCELL = SCHEMA(paycell_fields);

static const struct field selfconsume_fields[] = {
    {"card_id", FIELD_TEXT, 0, 0, NULL}, {"is_open", FIELD_BOOL, FIELD_REQUIRED, 0, NULL},
    {"need_verify_cod", FIELD_BOOL, 0, 0, NULL}, {"need_remark_amount", FIELD_BOOL, 0, 0, NULL}};
const struct schema BODY_SELFCONSUME = SCHEMA(selfconsume_fields);

static const struct field token_fields[] = {
    {"grant_type", FIELD_TEXT, 0, 0, NULL}, {"appid", FIELD_TEXT, 0, 0, NULL}, {"secret", FIELD_TEXT, 0, 0, NULL},
    {"force_refresh", FIELD_BOOL, 0, 0, NULL}};
const struct schema BODY_TOKEN = SCHEMA(token_fields);

static const struct field clear_fields[] = {{"appid", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_CLEAR_QUOTA = SCHEMA(clear_fields);

static const struct field clear_v2_fields[] = {{"appid", FIELD_TEXT, 0, 0, NULL}, {"appsecret", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_CLEAR_QUOTA_V2 = SCHEMA(clear_v2_fields);

static const struct field rid_fields[] = {{"rid", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_RID = SCHEMA(rid_fields);

static const struct field quota_fields[] = {{"cgi_path", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_QUOTA = SCHEMA(quota_fields);

static const struct field callback_fields[] = {
    {"action", FIELD_TEXT, 0, 0, NULL}, {"check_operator", FIELD_TEXT, 0, 0, NULL}};
const struct schema BODY_CALLBACK = SCHEMA(callback_fields);

static const struct field datacube_fields[] = {
    {"begin_date", FIELD_TEXT, 0, 0, NULL}, {"end_date", FIELD_TEXT, 0, 0, NULL}, {"cond_source", FIELD_INT, 0, 0, NULL}};
const struct schema BODY_DATACUBE = SCHEMA(datacube_fields);
/* clang-format on */

static const struct field *find_field(const struct schema *s, const char *name, unsigned flags) {
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->fields[i].name, name) == 0 && (s->fields[i].flags & flags) == flags)
            return &s->fields[i];
    return NULL;
}

static bool is_whole(const cJSON *item) {
    return cJSON_IsNumber(item) && item->valuedouble > -9.0e15 && item->valuedouble < 9.0e15 &&
           item->valuedouble == (double)(long long)item->valuedouble;
}

static bool is_list_of(const cJSON *list, bool (*fits)(const cJSON *)) {
    const cJSON *item;
    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach(item, list) if (!fits(item)) return false;
    return true;
}

static bool is_text(const cJSON *item) {
    return cJSON_IsString(item) != 0;
}

static bool is_object(const cJSON *item) {
    return cJSON_IsObject(item) != 0;
}

static bool kind_fits(enum field_kind kind, const cJSON *item) {
    switch (kind) {
    case FIELD_TEXT:
        return is_text(item);
    case FIELD_INT:
        return is_whole(item);
    case FIELD_BOOL:
        return cJSON_IsBool(item) != 0;
    case FIELD_OBJECT:
        return is_object(item);
    case FIELD_TEXTS:
        return is_list_of(item, is_text);
    case FIELD_INTS:
        return is_list_of(item, is_whole);
    case FIELD_OBJECTS:
        return is_list_of(item, is_object);
    case FIELD_TEXT_OR_TEXTS:
        return is_text(item) || is_list_of(item, is_text);
    case FIELD_ANY:
        return is_text(item) || is_whole(item);
    }
    return false;
}

static bool is_repeated(const cJSON *item) {
    for (const cJSON *later = item->next; later; later = later->next)
        if (strcmp(later->string, item->string) == 0)
            return true;
    return false;
}

/* Looks into an object, or into each object of a list. */
static const char *inner_misfit(const struct field *f, const cJSON *item, unsigned flags, int *copies) {
    const char *name = NULL;
    if (f->inner == NULL)
        return NULL;
    if (f->kind == FIELD_OBJECT)
        return schema_misfit(f->inner, item, flags, copies);
    for (const cJSON *one = item->child; one && name == NULL; one = one->next)
        name = schema_misfit(f->inner, one, flags, copies);
    return name;
}

const char *schema_misfit(const struct schema *s, const cJSON *object, unsigned flags, int *copies) {
    for (const cJSON *item = object->child; item; item = item->next) {
        const struct field *f = find_field(s, item->string, flags);
        *copies = 1;
        if (f == NULL || !kind_fits(f->kind, item))
            return item->string;
        *copies = 2;
        if (is_repeated(item))
            return item->string;
        const char *name = inner_misfit(f, item, flags, copies);
        if (name)
            return name;
    }
    return NULL;
}

const char *schema_missing(const struct schema *s, const cJSON *object) {
    for (size_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, f->name);
        bool empty = item == NULL || (cJSON_IsString(item) && item->valuestring[0] == '\0');
        if (empty && (f->flags & FIELD_REQUIRED))
            return f->name;
        const char *name = item && f->kind == FIELD_OBJECT && f->inner ? schema_missing(f->inner, item) : NULL;
        if (name)
            return name;
    }
    return NULL;
}

static const char *item_too_long(const struct field *f, const cJSON *item) {
    const char *name = NULL;
    if (cJSON_IsString(item) && f->max && strlen(item->valuestring) > f->max)
        return f->name;
    if (cJSON_IsObject(item) && f->inner)
        return schema_too_long(f->inner, item);
    if (cJSON_IsArray(item))
        for (const cJSON *one = item->child; one && name == NULL; one = one->next)
            name = item_too_long(f, one);
    return name;
}

const char *schema_too_long(const struct schema *s, const cJSON *object) {
    const char *name = NULL;
    for (const cJSON *item = object->child; item && name == NULL; item = item->next) {
        const struct field *f = find_field(s, item->string, 0);
        name = f ? item_too_long(f, item) : NULL;
    }
    return name;
}

bool schema_has(const struct schema *s, const cJSON *object, unsigned flags) {
    for (const cJSON *item = object->child; item; item = item->next) {
        const struct field *f = find_field(s, item->string, 0);
        if (f && (f->flags & flags))
            return true;
        if (f && f->kind == FIELD_OBJECT && f->inner && schema_has(f->inner, item, flags))
            return true;
    }
    return false;
}
