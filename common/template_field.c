#include "template_field.h"

#include <string.h>

#define URL "a URL"
#define CODE_TYPES                                                                                                   \
    "CODE_TYPE_TEXT CODE_TYPE_BARCODE CODE_TYPE_QRCODE CODE_TYPE_ONLY_QRCODE CODE_TYPE_ONLY_BARCODE CODE_TYPE_NONE"
#define COLOURS                                                                                                      \
    "Color010 Color020 Color030 Color040 Color050 Color060 Color070 Color080 Color081 Color082 Color090 Color100 "   \
    "Color101 Color102"

/* clang-format off */
static const struct card_type types[] = {
    {"SCENIC_TICKET",  "scenic_ticket",  true,  "ticket of a park or sight"},
    {"MEETING_TICKET", "meeting_ticket", true,  "ticket of a meeting or show"},
    {"MOVIE_TICKET",   "movie_ticket",   true,  "ticket of a cinema"},
    {"BOARDING_PASS",  "boarding_pass",  true,  "boarding pass"},
    {"MEMBER_CARD",    "member_card",    true,  "membership card"},
    {"GENERAL_CARD",   "general_card",   true,  "gift card, where WeChat authorised it"},
    {"GENERAL_COUPON", "general_coupon", false, "coupon; cannot be created since 2021"},
    {"GROUPON",        "groupon",        false, "group coupon; cannot be created since 2021"},
    {"CASH",           "cash",           false, "cash coupon; cannot be created since 2021"},
    {"DISCOUNT",       "discount",       false, "discount coupon; cannot be created since 2021"},
    {"GIFT",           "gift",           false, "gift coupon; cannot be created since 2021"},
};

/* Bytes: a Chinese character has 3 of them. */
static const struct template_field fields[] = {
    {"base_info.logo_url",    NULL, FIELD_TEXT, 1, 128,  true,  NULL, "a URL that media/uploadimg returned"},
    {"base_info.code_type",   NULL, FIELD_TEXT, 1, 64,   true,  CODE_TYPES, "how the code is shown"},
    {"base_info.brand_name",  NULL, FIELD_TEXT, 1, 36,   true,  NULL, "who issues it, at most 12 Chinese characters; it cannot be changed later"},
    {"base_info.title",       NULL, FIELD_TEXT, 1, 27,   true,  NULL, "the title, at most 9 Chinese characters"},
    {"base_info.color",       NULL, FIELD_TEXT, 1, 16,   true,  COLOURS, "the colour's name"},
    {"base_info.notice",      NULL, FIELD_TEXT, 1, 48,   true,  NULL, "what the usher is shown, at most 16 Chinese characters"},
    {"base_info.description", NULL, FIELD_TEXT, 1, 3072, true,  NULL, "terms of use, at most 1024 Chinese characters"},
    {"base_info.sku",         NULL, FIELD_OBJECT, 0, 0,  true,  NULL, "the stock: {\"quantity\": N}"},
    {"base_info.sku.quantity", NULL, FIELD_INT, 0, 100000000, true, NULL, "how many cards, at most 100000000"},
    {"base_info.date_info",   NULL, FIELD_OBJECT, 0, 0,  true,  NULL, "when the card is valid"},
    {"base_info.sub_title",   NULL, FIELD_TEXT, 0, 54,   false, NULL, "at most 18 Chinese characters"},
    {"base_info.use_custom_code", NULL, FIELD_BOOL, 0, 0, false, NULL, "true: we choose the codes; it cannot be changed later"},
    {"base_info.get_custom_code_mode", NULL, FIELD_TEXT, 1, 32, false, "GET_CUSTOM_CODE_MODE_DEPOSIT", "for codes that are given to WeChat beforehand"},
    {"base_info.bind_openid", NULL, FIELD_BOOL, 0, 0,    false, NULL, "true: a card is for one user only; it cannot be changed later"},
    {"base_info.service_phone", NULL, FIELD_TEXT, 0, 24, false, NULL, "at most 24 characters"},
    {"base_info.center_title", NULL, FIELD_TEXT, 0, 18,  false, NULL, "at most 6 Chinese characters"},
    {"base_info.center_sub_title", NULL, FIELD_TEXT, 0, 24, false, NULL, "at most 8 Chinese characters"},
    {"base_info.center_url",  NULL, FIELD_TEXT, 0, 128,  false, NULL, URL},
    {"base_info.center_app_brand_user_name", NULL, FIELD_TEXT, 0, 128, false, NULL, "a mini program's original id and @app"},
    {"base_info.center_app_brand_pass", NULL, FIELD_TEXT, 0, 128, false, NULL, "a page of the mini program"},
    {"base_info.custom_url_name", NULL, FIELD_TEXT, 0, 15, false, NULL, "at most 5 Chinese characters"},
    {"base_info.custom_url",  NULL, FIELD_TEXT, 0, 128,  false, NULL, URL},
    {"base_info.custom_url_sub_title", NULL, FIELD_TEXT, 0, 18, false, NULL, "at most 6 Chinese characters"},
    {"base_info.promotion_url_name", NULL, FIELD_TEXT, 0, 15, false, NULL, "at most 5 Chinese characters"},
    {"base_info.promotion_url", NULL, FIELD_TEXT, 0, 128, false, NULL, URL},
    {"base_info.promotion_url_sub_title", NULL, FIELD_TEXT, 0, 18, false, NULL, "at most 6 Chinese characters"},
    {"base_info.get_limit",   NULL, FIELD_INT, 1, 50,    false, NULL, "cards for one person, at most 50"},
    {"base_info.use_limit",   NULL, FIELD_INT, 1, 50,    false, NULL, "uses by one person, at most 50"},
    {"base_info.can_share",   NULL, FIELD_BOOL, 0, 0,    false, NULL, "may the page be shared"},
    {"base_info.can_give_friend", NULL, FIELD_BOOL, 0, 0, false, NULL, "may the card be given away"},
    {"base_info.use_all_locations", NULL, FIELD_BOOL, 0, 0, false, NULL, "is it for all stores"},
    {"ticket_class",     "SCENIC_TICKET",  FIELD_TEXT, 1, 3072, true,  NULL, "the kind of ticket"},
    {"guide_url",        "SCENIC_TICKET",  FIELD_TEXT, 0, 128,  false, NULL, URL},
    {"meeting_detail",   "MEETING_TICKET", FIELD_TEXT, 1, 3072, true,  NULL, "what it is a ticket for"},
    {"map_url",          "MEETING_TICKET", FIELD_TEXT, 0, 128,  false, NULL, URL},
    {"detail",           "MOVIE_TICKET",   FIELD_TEXT, 1, 3072, true,  NULL, "what it is a ticket for"},
    {"from",             "BOARDING_PASS",  FIELD_TEXT, 1, 54,   true,  NULL, "where from, at most 18 Chinese characters"},
    {"to",               "BOARDING_PASS",  FIELD_TEXT, 1, 54,   true,  NULL, "where to, at most 18 Chinese characters"},
    {"flight",           "BOARDING_PASS",  FIELD_TEXT, 1, 24,   true,  NULL, "the flight's number"},
    {"gate",             "BOARDING_PASS",  FIELD_TEXT, 0, 12,   false, NULL, "the gate"},
    {"air_model",        "BOARDING_PASS",  FIELD_TEXT, 1, 24,   true,  NULL, "the aircraft"},
    {"prerogative",      "MEMBER_CARD",    FIELD_TEXT, 1, 3072, true,  NULL, "what members get"},
    {"supply_bonus",     "MEMBER_CARD",    FIELD_BOOL, 0, 0,    true,  NULL, "does it show points"},
    {"supply_balance",   "MEMBER_CARD",    FIELD_BOOL, 0, 0,    true,  NULL, "does it show a balance"},
    {"deal_detail",      "GROUPON",        FIELD_TEXT, 1, 3072, true,  NULL, "what is bought"},
    {"reduce_cost",      "CASH",           FIELD_INT,  1, 100000000, true, NULL, "the value in cents"},
    {"discount",         "DISCOUNT",       FIELD_INT,  1, 99,   true,  NULL, "percent off"},
    {"gift",             "GIFT",           FIELD_TEXT, 1, 3072, true,  NULL, "what is given"},
    {"default_detail",   "GENERAL_COUPON", FIELD_TEXT, 1, 3072, true,  NULL, "what it is for"},
};
/* clang-format on */

const struct card_type *card_types(size_t *count) {
    *count = ARRAY_LEN(types);
    return types;
}

const struct template_field *template_fields(size_t *count) {
    *count = ARRAY_LEN(fields);
    return fields;
}

const cJSON *template_field_value(const cJSON *card, const char *place) {
    const cJSON *at = card;
    char name[64];
    while (at != NULL && *place != '\0') {
        size_t len = strcspn(place, ".");
        if (len >= sizeof name || !cJSON_IsObject(at))
            return NULL;
        memcpy(name, place, len);
        name[len] = '\0';
        at = cJSON_GetObjectItemCaseSensitive(at, name);
        place += len + (place[len] == '.');
    }
    return at;
}

static bool is_word_of(const char *choices, const char *value) {
    size_t len = strlen(value);
    for (const char *word = choices; *word != '\0'; word += strspn(word, " ")) {
        size_t n = strcspn(word, " ");
        if (n == len && strncmp(word, value, n) == 0)
            return true;
        word += n;
    }
    return false;
}

/* --- one field --- */

static bool check_text(const struct template_field *f, const char *text, struct err *err) {
    size_t len = strlen(text);
    if (f->choices != NULL && !is_word_of(f->choices, text)) {
        fail(err, ERR_INPUT, "%s: \"%.60s\" is not among what WeChat knows", f->place, text);
        return fail_cure(err, "%s, one of: %s", f->help, f->choices);
    }
    if (len >= size_of(f->low) && len <= size_of(f->high))
        return true;
    if (len == 0)
        fail(err, ERR_INPUT, "%s is empty", f->place);
    else
        fail(err, ERR_INPUT, "%s has %zu bytes, WeChat takes %lld", f->place, len, (long long)f->high);
    return fail_cure(err, "shorten it or fill it in: %s (a Chinese character has 3 bytes)", f->help);
}

static bool check_number(const struct template_field *f, double number, struct err *err) {
    if (number >= (double)f->low && number <= (double)f->high && number == (double)(int64_t)number)
        return true;
    fail(err, ERR_INPUT, "%s: a whole number of %lld..%lld expected, not %g", f->place, (long long)f->low,
         (long long)f->high, number);
    return fail_cure(err, "%s", f->help);
}

static bool wrong_type(const struct template_field *f, const char *expected, struct err *err) {
    fail(err, ERR_INPUT, "%s: %s expected", f->place, expected);
    return fail_cure(err, "%s", f->help);
}

static bool check_value(const struct template_field *f, const cJSON *value, struct err *err) {
    switch (f->type) {
    case FIELD_TEXT:
        return cJSON_IsString(value) ? check_text(f, value->valuestring, err) : wrong_type(f, "a text", err);
    case FIELD_INT:
        return cJSON_IsNumber(value) ? check_number(f, value->valuedouble, err) : wrong_type(f, "a number", err);
    case FIELD_BOOL:
        return cJSON_IsBool(value) || wrong_type(f, "true or false", err);
    case FIELD_OBJECT:
        return cJSON_IsObject(value) || wrong_type(f, "an object", err);
    }
    return true;
}

bool template_fields_check(const struct card_type *type, const cJSON *card, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct template_field *f = &fields[i];
        const cJSON *value = template_field_value(card, f->place);
        if (f->card_type != NULL && strcmp(f->card_type, type->name) != 0)
            continue;
        if (value == NULL && f->required) {
            fail(err, ERR_INPUT, "%s.%s is missing", type->member, f->place);
            return fail_cure(err, "add it: %s", f->help);
        }
        if (value != NULL && !check_value(f, value, err))
            return fail_in(err, "%s", type->member);
    }
    return true;
}
