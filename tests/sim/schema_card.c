/* schema_card.c - the fields of a card, its types, colours and code types (reference, section 8). */
#include "schema.h"

#include <string.h>

#include "simbase.h"

#define R FIELD_REQUIRED
#define U FIELD_UPDATABLE
#define M (FIELD_UPDATABLE | FIELD_MARKED)
#define SCHEMA(rows)                                                                                                 \
    { rows, COUNT_OF(rows) }

/* clang-format off */
static const struct field date_fields[] = {
    {"type",             FIELD_ANY, R | U, 0, NULL}, /* a name, or the legacy numbers 1 and 2 */
    {"begin_timestamp",  FIELD_INT, U, 0, NULL},
    {"end_timestamp",    FIELD_INT, U, 0, NULL},
    {"fixed_term",       FIELD_INT, U, 0, NULL},
    {"fixed_begin_term", FIELD_INT, U, 0, NULL},
};
static const struct schema date_info = SCHEMA(date_fields);

static const struct field sku_fields[] = {{"quantity", FIELD_INT, R, 0, NULL}};
static const struct schema sku = SCHEMA(sku_fields);

static const struct field merchant_fields[] = {{"merchant_id", FIELD_INT, R, 0, NULL}};
static const struct schema merchant = SCHEMA(merchant_fields);

static const struct field swipe_fields[] = {{"is_swipe_card", FIELD_BOOL, U, 0, NULL}};
static const struct schema swipe = SCHEMA(swipe_fields);
static const struct field pay_fields[] = {
    {"swipe_card",                  FIELD_OBJECT, U, 0, &swipe},
    {"is_pay_and_qrcode",           FIELD_BOOL, U, 0, NULL},
    {"activate_app_brand_user_name", FIELD_TEXT, U, 128, NULL},
    {"activate_app_brand_pass",     FIELD_TEXT, U, 128, NULL},
};
static const struct schema pay = SCHEMA(pay_fields);

static const struct field base_fields[] = {
    {"logo_url",        FIELD_TEXT, R | U, 128, NULL},
    {"code_type",       FIELD_TEXT, R | U, 0, NULL}, /* its own values exceed the documented 16 bytes */
    {"brand_name",      FIELD_TEXT, R, 36, NULL},
    {"title",           FIELD_TEXT, R | M, 27, NULL},
    {"color",           FIELD_TEXT, R | U, 16, NULL},
    {"notice",          FIELD_TEXT, R | U, 48, NULL},
    {"description",     FIELD_TEXT, R | M, 3072, NULL},
    {"sku",             FIELD_OBJECT, R, 0, &sku},
    {"date_info",       FIELD_OBJECT, R | U, 0, &date_info},
    {"sub_title",       FIELD_TEXT, 0, 54, NULL},
    {"use_custom_code", FIELD_BOOL, 0, 0, NULL},
    {"get_custom_code_mode", FIELD_TEXT, 0, 32, NULL},
    {"bind_openid",     FIELD_BOOL, 0, 0, NULL},
    {"service_phone",   FIELD_TEXT, U, 24, NULL},
    {"location_id_list", FIELD_INTS, U, 0, NULL},
    {"use_all_locations", FIELD_BOOL, U, 0, NULL},
    {"source",          FIELD_TEXT, 0, 36, NULL},
    {"center_title",    FIELD_TEXT, U, 18, NULL},
    {"center_sub_title", FIELD_TEXT, U, 24, NULL},
    {"center_url",      FIELD_TEXT, U, 128, NULL},
    {"center_app_brand_user_name", FIELD_TEXT, U, 128, NULL},
    {"center_app_brand_pass", FIELD_TEXT, U, 128, NULL},
    {"custom_url_name", FIELD_TEXT, U, 15, NULL},
    {"custom_url",      FIELD_TEXT, U, 128, NULL},
    {"custom_url_sub_title", FIELD_TEXT, U, 18, NULL},
    {"custom_app_brand_user_name", FIELD_TEXT, U, 128, NULL},
    {"custom_app_brand_pass", FIELD_TEXT, U, 128, NULL},
    {"promotion_url_name", FIELD_TEXT, U, 15, NULL},
    {"promotion_url",   FIELD_TEXT, U, 128, NULL},
    {"promotion_url_sub_title", FIELD_TEXT, U, 18, NULL},
    {"promotion_app_brand_user_name", FIELD_TEXT, U, 128, NULL},
    {"promotion_app_brand_pass", FIELD_TEXT, U, 128, NULL},
    {"get_limit",       FIELD_INT, U, 0, NULL},
    {"use_limit",       FIELD_INT, 0, 0, NULL},
    {"can_share",       FIELD_BOOL, U, 0, NULL},
    {"can_give_friend", FIELD_BOOL, U, 0, NULL},
    {"need_push_on_view", FIELD_BOOL, 0, 0, NULL},
    {"sub_merchant_info", FIELD_OBJECT, 0, 0, &merchant},
    {"pay_info",        FIELD_OBJECT, U, 0, &pay},
};
static const struct schema base_info = SCHEMA(base_fields);

static const struct field condition_fields[] = {
    {"accept_category", FIELD_TEXT, 0, 512, NULL},
    {"reject_category", FIELD_TEXT, 0, 512, NULL},
    {"least_cost",      FIELD_INT, 0, 0, NULL},
    {"object_use_for",  FIELD_TEXT, 0, 512, NULL},
    {"can_use_with_other_discount", FIELD_BOOL, 0, 0, NULL},
};
static const struct schema condition = SCHEMA(condition_fields);
static const struct field abstract_fields[] = {
    {"abstract",      FIELD_TEXT, 0, 24, NULL},
    {"icon_url_list", FIELD_TEXTS, 0, 128, NULL},
};
static const struct schema abstract = SCHEMA(abstract_fields);
static const struct field picture_fields[] = {
    {"image_url", FIELD_TEXT, 0, 128, NULL},
    {"text",      FIELD_TEXT, 0, 512, NULL},
};
static const struct schema picture = SCHEMA(picture_fields);
static const struct field hours_fields[] = {
    {"type",         FIELD_TEXT, 0, 24, NULL},
    {"begin_hour",   FIELD_INT, 0, 0, NULL},
    {"begin_minute", FIELD_INT, 0, 0, NULL},
    {"end_hour",     FIELD_INT, 0, 0, NULL},
    {"end_minute",   FIELD_INT, 0, 0, NULL},
};
static const struct schema hours = SCHEMA(hours_fields);
static const struct field advanced_fields[] = {
    {"use_condition",    FIELD_OBJECT, 0, 0, &condition},
    {"abstract",         FIELD_OBJECT, 0, 0, &abstract},
    {"text_image_list",  FIELD_OBJECTS, 0, 0, &picture},
    {"time_limit",       FIELD_OBJECTS, 0, 0, &hours},
    {"business_service", FIELD_TEXTS, 0, 64, NULL},
    {"share_friends",    FIELD_BOOL, 0, 0, NULL},
};
static const struct schema advanced_info = SCHEMA(advanced_fields);

#define COMMON {"base_info", FIELD_OBJECT, R | U, 0, &base_info}, {"advanced_info", FIELD_OBJECT, 0, 0, &advanced_info}

static const struct field scenic_fields[] = {COMMON,
    {"ticket_class", FIELD_TEXT, R, 3072, NULL}, {"guide_url", FIELD_TEXT, U, 128, NULL}};
static const struct field meeting_fields[] = {COMMON,
    {"meeting_detail", FIELD_TEXT, R, 3072, NULL}, {"map_url", FIELD_TEXT, U, 128, NULL}};
static const struct field movie_fields[] = {COMMON, {"detail", FIELD_TEXT, R | U, 3072, NULL}};
static const struct field boarding_fields[] = {COMMON,
    {"from", FIELD_TEXT, R, 54, NULL}, {"to", FIELD_TEXT, R, 54, NULL}, {"flight", FIELD_TEXT, R, 24, NULL},
    {"gate", FIELD_TEXT, U, 12, NULL}, {"check_in_url", FIELD_TEXT, U, 128, NULL},
    {"air_model", FIELD_TEXT, R, 24, NULL}, {"departure_time", FIELD_ANY, R | U, 128, NULL},
    {"landing_time", FIELD_ANY, R | U, 128, NULL}};
static const struct field groupon_fields[] = {COMMON, {"deal_detail", FIELD_TEXT, R, 3072, NULL}};
static const struct field cash_fields[] = {COMMON,
    {"least_cost", FIELD_INT, 0, 0, NULL}, {"reduce_cost", FIELD_INT, R, 0, NULL}};
static const struct field discount_fields[] = {COMMON, {"discount", FIELD_INT, R, 0, NULL}};
static const struct field gift_fields[] = {COMMON, {"gift", FIELD_TEXT, R, 3072, NULL}};
static const struct field general_fields[] = {COMMON, {"default_detail", FIELD_TEXT, R, 3072, NULL}};

static const struct field custom_field_fields[] = {
    {"name_type", FIELD_TEXT, 0, 64, NULL}, {"name", FIELD_TEXT, 0, 24, NULL}, {"url", FIELD_TEXT, 0, 128, NULL}};
static const struct schema custom_field = SCHEMA(custom_field_fields);
static const struct field custom_cell_fields[] = {
    {"name", FIELD_TEXT, 0, 15, NULL}, {"tips", FIELD_TEXT, 0, 18, NULL}, {"url", FIELD_TEXT, 0, 128, NULL}};
static const struct schema custom_cell = SCHEMA(custom_cell_fields);
static const struct field bonus_fields[] = {
    {"cost_money_unit", FIELD_INT, 0, 0, NULL}, {"increase_bonus", FIELD_INT, 0, 0, NULL},
    {"max_increase_bonus", FIELD_INT, 0, 0, NULL}, {"init_increase_bonus", FIELD_INT, 0, 0, NULL},
    {"cost_bonus_unit", FIELD_INT, 0, 0, NULL}, {"reduce_money", FIELD_INT, 0, 0, NULL},
    {"least_money_to_use_bonus", FIELD_INT, 0, 0, NULL}, {"max_reduce_bonus", FIELD_INT, 0, 0, NULL}};
static const struct schema bonus = SCHEMA(bonus_fields);
static const struct field member_fields[] = {COMMON,
    {"prerogative", FIELD_TEXT, R, 3072, NULL}, {"supply_bonus", FIELD_BOOL, R, 0, NULL},
    {"supply_balance", FIELD_BOOL, R, 0, NULL}, {"background_pic_url", FIELD_TEXT, 0, 128, NULL},
    {"bonus_url", FIELD_TEXT, 0, 128, NULL}, {"balance_url", FIELD_TEXT, 0, 128, NULL},
    {"activate_url", FIELD_TEXT, 0, 128, NULL}, {"auto_activate", FIELD_BOOL, 0, 0, NULL},
    {"wx_activate", FIELD_BOOL, 0, 0, NULL}, {"wx_activate_after_submit", FIELD_BOOL, 0, 0, NULL},
    {"custom_field1", FIELD_OBJECT, 0, 0, &custom_field}, {"custom_field2", FIELD_OBJECT, 0, 0, &custom_field},
    {"custom_field3", FIELD_OBJECT, 0, 0, &custom_field}, {"custom_cell1", FIELD_OBJECT, 0, 0, &custom_cell},
    {"custom_cell2", FIELD_OBJECT, 0, 0, &custom_cell}, {"custom_cell3", FIELD_OBJECT, 0, 0, &custom_cell},
    {"bonus_rule", FIELD_OBJECT, 0, 0, &bonus}, {"bonus_cleared", FIELD_TEXT, 0, 3072, NULL},
    {"bonus_rules", FIELD_TEXT, 0, 3072, NULL}, {"balance_rules", FIELD_TEXT, 0, 3072, NULL},
    {"discount", FIELD_INT, 0, 0, NULL}};

static const struct schema scenic = SCHEMA(scenic_fields), meeting = SCHEMA(meeting_fields),
    movie = SCHEMA(movie_fields), boarding = SCHEMA(boarding_fields), groupon = SCHEMA(groupon_fields),
    cash = SCHEMA(cash_fields), discount = SCHEMA(discount_fields), gift = SCHEMA(gift_fields),
    general = SCHEMA(general_fields), member = SCHEMA(member_fields);

static const struct card_type card_types[] = {
    {"SCENIC_TICKET",  "scenic_ticket",  &scenic,   false},
    {"MEETING_TICKET", "meeting_ticket", &meeting,  false},
    {"MOVIE_TICKET",   "movie_ticket",   &movie,    false},
    {"BOARDING_PASS",  "boarding_pass",  &boarding, false},
    {"GROUPON",        "groupon",        &groupon,  true},
    {"CASH",           "cash",           &cash,     true},
    {"DISCOUNT",       "discount",       &discount, true},
    {"GIFT",           "gift",           &gift,     true},
    {"GENERAL_COUPON", "general_coupon", &general,  true},
    {"MEMBER_CARD",    "member_card",    &member,   false},
};

#define TYPE_KEYS(flag) \
    {"scenic_ticket", FIELD_OBJECT, flag, 0, &scenic}, {"meeting_ticket", FIELD_OBJECT, flag, 0, &meeting}, \
    {"movie_ticket", FIELD_OBJECT, flag, 0, &movie}, {"boarding_pass", FIELD_OBJECT, flag, 0, &boarding}, \
    {"groupon", FIELD_OBJECT, flag, 0, &groupon}, {"cash", FIELD_OBJECT, flag, 0, &cash}, \
    {"discount", FIELD_OBJECT, flag, 0, &discount}, {"gift", FIELD_OBJECT, flag, 0, &gift}, \
    {"general_coupon", FIELD_OBJECT, flag, 0, &general}, {"member_card", FIELD_OBJECT, flag, 0, &member}

static const struct field card_fields[] = {{"card_type", FIELD_TEXT, 0, 24, NULL}, TYPE_KEYS(0)};
static const struct schema card = SCHEMA(card_fields);
static const struct field create_fields[] = {{"card", FIELD_OBJECT, 0, 0, &card}};
const struct schema BODY_CREATE = SCHEMA(create_fields);
static const struct field update_fields[] = {{"card_id", FIELD_TEXT, U, 0, NULL}, TYPE_KEYS(U)};
const struct schema BODY_UPDATE = SCHEMA(update_fields);

static const char *const colors[][2] = {
    {"Color010", "#63b359"}, {"Color020", "#2c9f67"}, {"Color030", "#509fc9"}, {"Color040", "#5885cf"},
    {"Color050", "#9062c0"}, {"Color060", "#d09a45"}, {"Color070", "#e4b138"}, {"Color080", "#ee903c"},
    {"Color081", "#f08500"}, {"Color082", "#a9d92d"}, {"Color090", "#dd6549"}, {"Color100", "#cc463d"},
    {"Color101", "#cf3e36"}, {"Color102", "#5E6671"},
};

static const char *const code_types[] = {
    "CODE_TYPE_TEXT", "CODE_TYPE_BARCODE", "CODE_TYPE_QRCODE", "CODE_TYPE_ONLY_QRCODE", "CODE_TYPE_ONLY_BARCODE",
    "CODE_TYPE_NONE",
};
/* clang-format on */

const struct card_type *schema_card_type(const char *name) {
    for (size_t i = 0; i < COUNT_OF(card_types); i++)
        if (strcmp(card_types[i].name, name) == 0)
            return &card_types[i];
    return NULL;
}

const struct card_type *schema_card_type_by_key(const char *key) {
    for (size_t i = 0; i < COUNT_OF(card_types); i++)
        if (strcmp(card_types[i].key, key) == 0)
            return &card_types[i];
    return NULL;
}

const char *schema_color_hex(const char *name) {
    for (size_t i = 0; i < COUNT_OF(colors); i++)
        if (strcmp(colors[i][0], name) == 0)
            return colors[i][1];
    return NULL;
}

bool schema_is_code_type(const char *name) {
    for (size_t i = 0; i < COUNT_OF(code_types); i++)
        if (strcmp(code_types[i], name) == 0)
            return true;
    return false;
}
