#include "template_field.h"

#include <string.h>
#include <strings.h>

#include "text.h"

#define CODE_TYPES                                                                                                   \
    "CODE_TYPE_TEXT CODE_TYPE_BARCODE CODE_TYPE_QRCODE CODE_TYPE_ONLY_QRCODE CODE_TYPE_ONLY_BARCODE CODE_TYPE_NONE"
#define COLORS                                                                                                       \
    "Color010 Color020 Color030 Color040 Color050 Color060 Color070 Color080 Color081 Color082 Color090 Color100 "   \
    "Color101 Color102"
#define DATE_TYPES "DATE_TYPE_FIX_TIME_RANGE DATE_TYPE_FIX_TERM DATE_TYPE_PERMANENT"
#define DAYS "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
#define SERVICES "BIZ_SERVICE_DELIVER BIZ_SERVICE_FREE_PARK BIZ_SERVICE_WITH_PET BIZ_SERVICE_FREE_WIFI"
#define FIELD_NAMES                                                                                                  \
    "FIELD_NAME_TYPE_LEVEL FIELD_NAME_TYPE_COUPON FIELD_NAME_TYPE_STAMP FIELD_NAME_TYPE_DISCOUNT "                   \
    "FIELD_NAME_TYPE_ACHIEVEMEN FIELD_NAME_TYPE_MILEAGE FIELD_NAME_TYPE_SET_POINTS FIELD_NAME_TYPE_TIMS"
#define STOCK_MOST 100000000
#define CENTS_MOST 1000000000

#define PICTURE "the URL that `kaquan-worker template logo FILE` prints"
#define PAGE "a URL that begins with https://"
#define APP "a mini program's original id and @app, as gh_0123456789ab@app; it must be linked to the account"
#define PATH "a page of the mini program, as pages/index/index"

/* clang-format off */
static const struct card_type types[] = {
    {KIND_SCENIC,   "SCENIC_TICKET",  "scenic_ticket",  "ticket of a park or sight"},
    {KIND_MEETING,  "MEETING_TICKET", "meeting_ticket", "ticket of a meeting or show"},
    {KIND_MOVIE,    "MOVIE_TICKET",   "movie_ticket",   "ticket of a cinema"},
    {KIND_BOARDING, "BOARDING_PASS",  "boarding_pass",  "boarding pass"},
    {KIND_MEMBER,   "MEMBER_CARD",    "member_card",    "membership card"},
    {KIND_GENERAL_COUPON, "GENERAL_COUPON", "general_coupon", "coupon"},
    {KIND_GROUPON,  "GROUPON",        "groupon",        "group coupon"},
    {KIND_CASH,     "CASH",           "cash",           "cash coupon"},
    {KIND_DISCOUNT, "DISCOUNT",       "discount",       "discount coupon"},
    {KIND_GIFT,     "GIFT",           "gift",           "gift coupon"},
};

static const struct field_change_row changes[FIELD_CHANGES] = {
    [CHANGE_FREE]       = {"changeable", true,  "WeChat takes the change at once"},
    [CHANGE_REVIEW]     = {"review",     true,  "WeChat reviews the card again; until then it is not handed out"},
    [CHANGE_WIDEN]      = {"widen",      true,  "the card may only become valid earlier or longer"},
    [CHANGE_STOCK]      = {"stock",      false, "the stock is changed by `kaquan-worker template stock`"},
    [CHANGE_NEVER]      = {"fixed",      false, "WeChat never changes it: make another template"},
    [CHANGE_UNVERIFIED] = {"unverified", false, "it is not known whether WeChat changes it: make another template"},
};

#define TEXT(most) FIELD_TEXT, 1, most
#define NONE 0, 0
#define COINS FIELD_INT, 0, CENTS_MOST
#define ENTRY(name, label, change) \
    {"base_info." name "_app_brand_user_name", label ": program", KIND_ALL, FIELD_APP, 1, 128, false, change, NULL, APP, "8.3"}, \
    {"base_info." name "_app_brand_pass", label ": its page", KIND_ALL, TEXT(128), false, change, NULL, PATH, "8.3"}
#define CUSTOM_FIELD(n) \
    {"custom_field" n, "field " n, KIND_MEMBER, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "a field under the card's picture", "8.6"}, \
    {"custom_field" n ".name_type", "field " n ": kind", KIND_MEMBER, TEXT(64), false, CHANGE_UNVERIFIED, FIELD_NAMES, "what it shows", "8.6"}, \
    {"custom_field" n ".name", "field " n ": name", KIND_MEMBER, TEXT(24), false, CHANGE_UNVERIFIED, NULL, "its name, at most 8 Chinese characters", "8.6"}, \
    {"custom_field" n ".url", "field " n ": link", KIND_MEMBER, FIELD_URL, 1, 128, false, CHANGE_UNVERIFIED, NULL, PAGE, "8.6"}
#define CUSTOM_CELL(n) \
    {"custom_cell" n, "entry " n, KIND_MEMBER, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "an entry on the card's page", "8.6"}, \
    {"custom_cell" n ".name", "entry " n ": name", KIND_MEMBER, TEXT(15), false, CHANGE_UNVERIFIED, NULL, "its name, at most 5 Chinese characters", "8.6"}, \
    {"custom_cell" n ".tips", "entry " n ": hint", KIND_MEMBER, TEXT(18), false, CHANGE_UNVERIFIED, NULL, "a hint, at most 6 Chinese characters", "8.6"}, \
    {"custom_cell" n ".url", "entry " n ": link", KIND_MEMBER, FIELD_URL, 1, 128, false, CHANGE_UNVERIFIED, NULL, PAGE, "8.6"}

/* Bytes: a Chinese character has 3 of them. The nominal 16 bytes of code_type are exceeded by its own values. */
static const struct template_field fields[] = {
    {"base_info", "basics", KIND_ALL, FIELD_OBJECT, NONE, true, CHANGE_FREE, NULL, "what all kinds of cards have", "8.1"},
    {"base_info.logo_url", "logo", KIND_ALL, FIELD_PICTURE, 1, 128, true, CHANGE_FREE, NULL, PICTURE ", 300 x 300 pixels", "8.2"},
    {"base_info.code_type", "code shown as", KIND_ALL, TEXT(64), true, CHANGE_FREE, CODE_TYPES, "how the code is shown", "8.2"},
    {"base_info.brand_name", "brand", KIND_ALL, TEXT(36), true, CHANGE_NEVER, NULL, "who issues it, at most 12 Chinese characters; it cannot be changed later", "8.2"},
    {"base_info.title", "title", KIND_ALL, TEXT(27), true, CHANGE_REVIEW, NULL, "the title, at most 9 Chinese characters", "8.2"},
    {"base_info.color", "colour", KIND_ALL, TEXT(16), true, CHANGE_FREE, COLORS, "the colour's name", "8.7"},
    {"base_info.notice", "notice", KIND_ALL, TEXT(48), true, CHANGE_FREE, NULL, "what the usher is shown, at most 16 Chinese characters", "8.2"},
    {"base_info.description", "terms of use", KIND_ALL, TEXT(3072), true, CHANGE_REVIEW, NULL, "terms of use, at most 1024 Chinese characters", "8.2"},
    {"base_info.sku", "stock", KIND_ALL, FIELD_OBJECT, NONE, true, CHANGE_STOCK, NULL, "the stock: {\"quantity\": N}", "8.2"},
    {"base_info.sku.quantity", "stock", KIND_ALL, FIELD_INT, 0, STOCK_MOST, true, CHANGE_STOCK, NULL, "how many cards, at most 100000000; 0 where codes are deposited", "8.2"},
    {"base_info.date_info", "validity", KIND_ALL, FIELD_OBJECT, NONE, true, CHANGE_WIDEN, NULL, "when the card is valid", "8.4"},
    {"base_info.date_info.type", "validity", KIND_ALL, FIELD_DATE, 1, 64, true, CHANGE_NEVER, DATE_TYPES, "the kind of validity", "8.4"},
    {"base_info.date_info.begin_timestamp", "valid from", KIND_ALL, FIELD_SECONDS, NONE, false, CHANGE_WIDEN, NULL, "Unix seconds, without quotes", "8.4"},
    {"base_info.date_info.end_timestamp", "valid until", KIND_ALL, FIELD_SECONDS, NONE, false, CHANGE_WIDEN, NULL, "Unix seconds, without quotes; 23:59:59 China time of the last day", "8.4"},
    {"base_info.date_info.fixed_term", "days valid", KIND_ALL, FIELD_INT, 1, 36500, false, CHANGE_WIDEN, NULL, "days from the beginning, at least 1", "8.4"},
    {"base_info.date_info.fixed_begin_term", "days to wait", KIND_ALL, FIELD_INT, 0, 36500, false, CHANGE_WIDEN, NULL, "days from the claim to the beginning, 0: the same day", "8.4"},
    {"base_info.sub_title", "second title", KIND_ALL, TEXT(54), false, CHANGE_UNVERIFIED, NULL, "at most 18 Chinese characters", "8.3"},
    {"base_info.use_custom_code", "own codes", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_NEVER, NULL, "true: we choose the codes; it cannot be changed later", "8.3"},
    {"base_info.get_custom_code_mode", "codes given beforehand", KIND_ALL, TEXT(32), false, CHANGE_NEVER, "GET_CUSTOM_CODE_MODE_DEPOSIT", "for codes that are given to WeChat beforehand", "8.3"},
    {"base_info.bind_openid", "for one user", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_NEVER, NULL, "true: a card is for one user only; it cannot be changed later", "8.3"},
    {"base_info.service_phone", "phone", KIND_ALL, TEXT(24), false, CHANGE_FREE, NULL, "at most 24 characters", "8.3"},
    {"base_info.location_id_list", "stores", KIND_ALL, FIELD_INTS, NONE, false, CHANGE_FREE, NULL, "a list of store ids (poi_id)", "8.3"},
    {"base_info.use_all_locations", "all stores", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_FREE, NULL, "true: all stores, also later ones", "8.3"},
    {"base_info.source", "sold by", KIND_ALL, TEXT(36), false, CHANGE_UNVERIFIED, NULL, "the name of a third party, as a travel agent", "8.3"},
    {"base_info.center_title", "centre button", KIND_ALL, TEXT(18), false, CHANGE_FREE, NULL, "at most 6 Chinese characters", "8.3"},
    {"base_info.center_sub_title", "centre button: hint", KIND_ALL, TEXT(24), false, CHANGE_FREE, NULL, "at most 8 Chinese characters", "8.3"},
    {"base_info.center_url", "centre button: link", KIND_ALL, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE, "8.3"},
    ENTRY("center", "centre button", CHANGE_FREE),
    {"base_info.custom_url_name", "entry", KIND_ALL, TEXT(15), false, CHANGE_FREE, NULL, "at most 5 Chinese characters", "8.3"},
    {"base_info.custom_url", "entry: link", KIND_ALL, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE ", for old clients", "8.3"},
    {"base_info.custom_url_sub_title", "entry: hint", KIND_ALL, TEXT(18), false, CHANGE_FREE, NULL, "at most 6 Chinese characters", "8.3"},
    ENTRY("custom", "entry", CHANGE_FREE),
    {"base_info.promotion_url_name", "second entry", KIND_ALL, TEXT(15), false, CHANGE_FREE, NULL, "at most 5 Chinese characters", "8.3"},
    {"base_info.promotion_url", "second entry: link", KIND_ALL, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE ", for old clients", "8.3"},
    {"base_info.promotion_url_sub_title", "second entry: hint", KIND_ALL, TEXT(18), false, CHANGE_FREE, NULL, "at most 6 Chinese characters", "8.3"},
    ENTRY("promotion", "second entry", CHANGE_FREE),
    {"base_info.get_limit", "cards a person", KIND_ALL, FIELD_INT, 1, 50, false, CHANGE_FREE, NULL, "cards for one person, at most 50", "8.3"},
    {"base_info.use_limit", "uses a person", KIND_ALL, FIELD_INT, 1, 50, false, CHANGE_UNVERIFIED, NULL, "uses by one person, at most 50", "8.3"},
    {"base_info.can_share", "may be shared", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_FREE, NULL, "may the page be shared", "8.3"},
    {"base_info.can_give_friend", "may be given away", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_FREE, NULL, "may the card be given away", "8.3"},
    {"base_info.need_push_on_view", "event on view", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "push an event when the card is looked at", "8.3"},
    {"base_info.sub_merchant_info", "sub merchant", KIND_ALL, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "{\"merchant_id\": N}", "8.3"},
    {"base_info.sub_merchant_info.merchant_id", "sub merchant", KIND_ALL, FIELD_INT, 1, INT64_C(1) << 53, true, CHANGE_UNVERIFIED, NULL, "the sub merchant's number", "8.3"},
    {"base_info.pay_info", "payment", KIND_MEMBER, FIELD_OBJECT, NONE, false, CHANGE_FREE, NULL, "how members pay", "8.3"},
    {"base_info.pay_info.swipe_card", "payment: swipe", KIND_MEMBER, FIELD_OBJECT, NONE, false, CHANGE_FREE, NULL, "{\"is_swipe_card\": true}", "8.3"},
    {"base_info.pay_info.swipe_card.is_swipe_card", "payment: swipe", KIND_MEMBER, FIELD_BOOL, NONE, false, CHANGE_FREE, NULL, "pay by swiping", "8.3"},
    {"base_info.pay_info.is_pay_and_qrcode", "payment: code", KIND_MEMBER, FIELD_BOOL, NONE, false, CHANGE_FREE, NULL, "payment code and card code on one page", "8.3"},
    {"base_info.pay_info.activate_app_brand_user_name", "payment: program", KIND_MEMBER, FIELD_APP, 1, 128, false, CHANGE_FREE, NULL, APP, "8.3"},
    {"base_info.pay_info.activate_app_brand_pass", "payment: its page", KIND_MEMBER, TEXT(128), false, CHANGE_FREE, NULL, PATH, "8.3"},

    {"advanced_info", "more", KIND_ALL, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "what coupons can have beside the basics", "8.5"},
    {"advanced_info.use_condition", "conditions", KIND_ALL, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "when it may be used", "8.5"},
    {"advanced_info.use_condition.accept_category", "for goods", KIND_CASH, TEXT(512), false, CHANGE_UNVERIFIED, NULL, "kinds of goods", "8.5"},
    {"advanced_info.use_condition.reject_category", "not for goods", KIND_CASH, TEXT(512), false, CHANGE_UNVERIFIED, NULL, "kinds of goods", "8.5"},
    {"advanced_info.use_condition.least_cost", "from an amount", KIND_CASH | KIND_GIFT, COINS, false, CHANGE_UNVERIFIED, NULL, "cents", "8.5"},
    {"advanced_info.use_condition.object_use_for", "for objects", KIND_GIFT, TEXT(512), false, CHANGE_UNVERIFIED, NULL, "what must be bought", "8.5"},
    {"advanced_info.use_condition.can_use_with_other_discount", "with others", KIND_ALL, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "together with other discounts", "8.5"},
    {"advanced_info.abstract", "cover", KIND_ALL, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "the cover", "8.5"},
    {"advanced_info.abstract.abstract", "cover: summary", KIND_ALL, TEXT(24), false, CHANGE_UNVERIFIED, NULL, "at most 8 Chinese characters", "8.5"},
    {"advanced_info.abstract.icon_url_list", "cover: picture", KIND_ALL, FIELD_PICTURES, 1, 128, false, CHANGE_UNVERIFIED, NULL, "a list of one: " PICTURE ", 850 x 350 pixels", "8.5"},
    {"advanced_info.text_image_list", "pictures with text", KIND_ALL, FIELD_OBJECTS, NONE, false, CHANGE_UNVERIFIED, NULL, "a list of {\"image_url\": ..., \"text\": ...}", "8.5"},
    {"advanced_info.text_image_list[].image_url", "picture", KIND_ALL, FIELD_PICTURE, 1, 128, false, CHANGE_UNVERIFIED, NULL, PICTURE, "8.5"},
    {"advanced_info.text_image_list[].text", "text of a picture", KIND_ALL, TEXT(512), false, CHANGE_UNVERIFIED, NULL, "at most 170 Chinese characters", "8.5"},
    {"advanced_info.time_limit", "days and hours", KIND_ALL, FIELD_OBJECTS, NONE, false, CHANGE_UNVERIFIED, NULL, "a list of {\"type\": \"MONDAY\", ...}; shown, not enforced", "8.5"},
    {"advanced_info.time_limit[].type", "day", KIND_ALL, TEXT(24), false, CHANGE_UNVERIFIED, DAYS, "a day of the week", "8.5"},
    {"advanced_info.time_limit[].begin_hour", "from hour", KIND_ALL, FIELD_INT, 0, 23, false, CHANGE_UNVERIFIED, NULL, "0 to 23", "8.5"},
    {"advanced_info.time_limit[].begin_minute", "from minute", KIND_ALL, FIELD_INT, 0, 59, false, CHANGE_UNVERIFIED, NULL, "0 to 59", "8.5"},
    {"advanced_info.time_limit[].end_hour", "to hour", KIND_ALL, FIELD_INT, 0, 24, false, CHANGE_UNVERIFIED, NULL, "0 to 24", "8.5"},
    {"advanced_info.time_limit[].end_minute", "to minute", KIND_ALL, FIELD_INT, 0, 59, false, CHANGE_UNVERIFIED, NULL, "0 to 59", "8.5"},
    {"advanced_info.business_service", "services", KIND_ALL, FIELD_TEXTS, 1, 64, false, CHANGE_UNVERIFIED, SERVICES, "what the store offers", "8.5"},
    {"advanced_info.share_friends", "friends' card", KIND_COUPONS, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "friends share it", "8.5"},

    {"ticket_class", "kind of ticket", KIND_SCENIC, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "the kind of ticket", "8.6"},
    {"guide_url", "map", KIND_SCENIC, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE ", a map of the grounds", "8.6"},
    {"meeting_detail", "about", KIND_MEETING, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "what it is a ticket for", "8.6"},
    {"map_url", "map", KIND_MEETING, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE ", a map of the place", "8.6"},
    {"detail", "about", KIND_MOVIE, TEXT(3072), true, CHANGE_FREE, NULL, "what it is a ticket for", "8.6"},
    {"from", "from", KIND_BOARDING, TEXT(54), true, CHANGE_UNVERIFIED, NULL, "where from, at most 18 Chinese characters", "8.6"},
    {"to", "to", KIND_BOARDING, TEXT(54), true, CHANGE_UNVERIFIED, NULL, "where to, at most 18 Chinese characters", "8.6"},
    {"flight", "flight", KIND_BOARDING, TEXT(24), true, CHANGE_UNVERIFIED, NULL, "the flight's number", "8.6"},
    {"gate", "gate", KIND_BOARDING, TEXT(12), false, CHANGE_FREE, NULL, "the gate", "8.6"},
    {"check_in_url", "check-in", KIND_BOARDING, FIELD_URL, 1, 128, false, CHANGE_FREE, NULL, PAGE, "8.6"},
    {"air_model", "aircraft", KIND_BOARDING, TEXT(24), true, CHANGE_UNVERIFIED, NULL, "the aircraft", "8.6"},
    {"departure_time", "departure", KIND_BOARDING, FIELD_MOMENT, NONE, true, CHANGE_FREE, NULL, "Unix seconds", "8.6"},
    {"landing_time", "landing", KIND_BOARDING, FIELD_MOMENT, NONE, true, CHANGE_FREE, NULL, "Unix seconds", "8.6"},
    {"deal_detail", "what is bought", KIND_GROUPON, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "what is bought", "8.6"},
    {"least_cost", "from an amount", KIND_CASH, COINS, false, CHANGE_UNVERIFIED, NULL, "cents; 0: any amount", "8.6"},
    {"reduce_cost", "value", KIND_CASH, FIELD_INT, 100, CENTS_MOST, true, CHANGE_UNVERIFIED, NULL, "the value in cents, at least 100", "8.6"},
    {"discount", "per cent off", KIND_DISCOUNT, FIELD_INT, 1, 99, true, CHANGE_UNVERIFIED, NULL, "per cent off: 30 is 70% of the price", "8.6"},
    {"discount", "per cent off", KIND_MEMBER, FIELD_INT, 1, 99, false, CHANGE_UNVERIFIED, NULL, "per cent off: 30 is 70% of the price", "8.6"},
    {"gift", "what is given", KIND_GIFT, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "what is given", "8.6"},
    {"default_detail", "what it is for", KIND_GENERAL_COUPON, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "what it is for", "8.6"},
    {"prerogative", "what members get", KIND_MEMBER, TEXT(3072), true, CHANGE_UNVERIFIED, NULL, "what members get", "8.6"},
    {"supply_bonus", "shows points", KIND_MEMBER, FIELD_BOOL, NONE, true, CHANGE_UNVERIFIED, NULL, "does it show points", "8.6"},
    {"supply_balance", "shows a balance", KIND_MEMBER, FIELD_BOOL, NONE, true, CHANGE_UNVERIFIED, NULL, "does it show a balance; needs a permission", "8.6"},
    {"background_pic_url", "background", KIND_MEMBER, FIELD_PICTURE, 1, 128, false, CHANGE_UNVERIFIED, NULL, PICTURE, "8.6"},
    {"bonus_url", "points: link", KIND_MEMBER, FIELD_URL, 1, 128, false, CHANGE_UNVERIFIED, NULL, PAGE, "8.6"},
    {"balance_url", "balance: link", KIND_MEMBER, FIELD_URL, 1, 128, false, CHANGE_UNVERIFIED, NULL, PAGE, "8.6"},
    {"activate_url", "activation: link", KIND_MEMBER, FIELD_URL, 1, 128, false, CHANGE_UNVERIFIED, NULL, PAGE, "8.6"},
    {"auto_activate", "activates itself", KIND_MEMBER, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "active as soon as it is added", "8.6"},
    {"wx_activate", "activated in WeChat", KIND_MEMBER, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "active after a form in WeChat", "8.6"},
    {"wx_activate_after_submit", "activated by a page", KIND_MEMBER, FIELD_BOOL, NONE, false, CHANGE_UNVERIFIED, NULL, "a page of ours follows the form", "8.6"},
    CUSTOM_FIELD("1"), CUSTOM_FIELD("2"), CUSTOM_FIELD("3"),
    CUSTOM_CELL("1"), CUSTOM_CELL("2"), CUSTOM_CELL("3"),
    {"bonus_rule", "rules of points", KIND_MEMBER, FIELD_OBJECT, NONE, false, CHANGE_UNVERIFIED, NULL, "how points are earned and spent", "8.6"},
    {"bonus_rule.cost_money_unit", "cents spent", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "cents spent that earn", "8.6"},
    {"bonus_rule.increase_bonus", "points earned", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "so many points", "8.6"},
    {"bonus_rule.max_increase_bonus", "points at most", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "points at once, at most", "8.6"},
    {"bonus_rule.init_increase_bonus", "points at first", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "points to begin with", "8.6"},
    {"bonus_rule.cost_bonus_unit", "points spent", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "points spent that save", "8.6"},
    {"bonus_rule.reduce_money", "cents saved", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "so many cents", "8.6"},
    {"bonus_rule.least_money_to_use_bonus", "cents at least", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "cents from which points count", "8.6"},
    {"bonus_rule.max_reduce_bonus", "points to spend", KIND_MEMBER, COINS, false, CHANGE_UNVERIFIED, NULL, "points at once, at most", "8.6"},
    {"bonus_cleared", "points end", KIND_MEMBER, TEXT(3072), false, CHANGE_UNVERIFIED, NULL, "when points end", "8.6"},
    {"bonus_rules", "about points", KIND_MEMBER, TEXT(3072), false, CHANGE_UNVERIFIED, NULL, "how points work", "8.6"},
    {"balance_rules", "about the balance", KIND_MEMBER, TEXT(3072), false, CHANGE_UNVERIFIED, NULL, "how the balance works", "8.6"},
};

static const char *const colors[][2] = {
    {"Color010", "#63b359"}, {"Color020", "#2c9f67"}, {"Color030", "#509fc9"}, {"Color040", "#5885cf"},
    {"Color050", "#9062c0"}, {"Color060", "#d09a45"}, {"Color070", "#e4b138"}, {"Color080", "#ee903c"},
    {"Color081", "#f08500"}, {"Color082", "#a9d92d"}, {"Color090", "#dd6549"}, {"Color100", "#cc463d"},
    {"Color101", "#cf3e36"}, {"Color102", "#5E6671"},
};
/* clang-format on */

const struct card_type *card_types(size_t *count) {
    *count = ARRAY_LEN(types);
    return types;
}

const struct card_type *card_type_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

const struct card_type *card_type_of(const cJSON *envelope) {
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(envelope, "card_type");
    return cJSON_IsString(name) ? card_type_find(name->valuestring) : NULL;
}

const struct field_change_row *field_change(enum field_change change) {
    return &changes[change < FIELD_CHANGES ? change : CHANGE_UNVERIFIED];
}

const struct template_field *template_fields(size_t *count) {
    *count = ARRAY_LEN(fields);
    return fields;
}

const struct template_field *template_field_find(const char *place, unsigned kinds) {
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if ((fields[i].kinds & kinds) != 0 && strcmp(fields[i].place, place) == 0)
            return &fields[i];
    return NULL;
}

const char *template_field_nearest(const char *place, unsigned kinds) {
    const char *places[ARRAY_LEN(fields)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].kinds & kinds)
            places[count++] = fields[i].place;
    return text_nearest(place, places, count);
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

const char *template_color_value(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(colors); i++)
        if (strcmp(colors[i][0], name) == 0)
            return colors[i][1];
    return NULL;
}

const char *template_color_name(const char *value) {
    for (size_t i = 0; i < ARRAY_LEN(colors); i++)
        if (strcasecmp(colors[i][1], value) == 0)
            return colors[i][0];
    return NULL;
}

bool template_choice(const char *choices, const char *word) {
    size_t len = strlen(word);
    for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

bool template_is_picture(const char *url) {
    static const char *const hosts[] = {"mmbiz.qpic.cn/", "mmbiz.qlogo.cn/"};
    if (strncmp(url, "http", 4) != 0)
        return false;
    url += url[4] == 's' ? 5 : 4;
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
        if (strncmp(url, "://", 3) == 0 && strncmp(url + 3, hosts[i], strlen(hosts[i])) == 0)
            return true;
    return false;
}
