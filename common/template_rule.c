/* What WeChat wants of a template beyond its single fields. A rule looks at what is there and of the right type: the
 * rest has been said. */
#include "template_lint.h"

#include <string.h>

#include "lang.h"

#define DATE "base_info.date_info"

enum { CHINA_S = 8 * 3600, DAY_S = 86400 };
static const int64_t END_OF_TIME = INT64_C(2147443200); /* 2038-01-19: WeChat's dates must end before it */

static const cJSON *value(const struct lint_card *c, const char *place) {
    return template_field_value(c->card, place);
}

static bool is_true(const struct lint_card *c, const char *place) {
    return cJSON_IsTrue(value(c, place));
}

static bool number(const struct lint_card *c, const char *place, int64_t *out) {
    const cJSON *v = value(c, place);
    if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 1e11)
        return false;
    *out = (int64_t)v->valuedouble;
    return true;
}

static void missing(const struct lint_card *c, const char *place, const char *why) {
    const struct template_field *f = template_field_find(place, KIND_ALL);
    lint_problem(c, LINT_ERROR, place, f->source, "is missing: %s", _(why));
    lint_cure(c, "add it: %s", _(f->help));
}

/* --- type --- */

static void rule_coupons(const struct lint_card *c) {
    if ((c->type->kind & KIND_COUPONS) == 0)
        return;
    lint_problem(c, LINT_WARNING, "", "1", "is a coupon: WeChat takes no new coupons since April 2021");
    lint_cure(c,
              "expect a refusal; a ticket (SCENIC_TICKET, MEETING_TICKET, MOVIE_TICKET) or MEMBER_CARD can be made");
}

static void rule_advanced(const struct lint_card *c) {
    if ((c->type->kind & KIND_TICKETS) == 0 || value(c, "advanced_info") == NULL)
        return;
    lint_problem(c, LINT_WARNING, "advanced_info", "8.5", "is documented for coupons only");
    lint_cure(c, "leave it out when WeChat refuses the card or does not show it");
}

static void rule_balance(const struct lint_card *c) {
    if (!is_true(c, "supply_balance"))
        return;
    lint_problem(c, LINT_WARNING, "supply_balance", "8.8", "needs a permission of WeChat (else 43010)");
    lint_cure(c, "false, unless the account has it");
}

/* --- validity --- */

static bool date_is(const struct lint_card *c, const char *name, double legacy) {
    const cJSON *type = value(c, DATE ".type");
    if (cJSON_IsNumber(type))
        return type->valuedouble >= legacy && type->valuedouble <= legacy;
    return cJSON_IsString(type) && strcmp(type->valuestring, name) == 0;
}

static void check_end(const struct lint_card *c, int64_t end) {
    if (end <= c->now) {
        lint_problem(c, LINT_ERROR, DATE ".end_timestamp", "8.4", "lies in the past");
        lint_cure(c, "WeChat takes only cards that are still valid: now is %lld", (long long)c->now);
    } else if (end >= END_OF_TIME) {
        lint_problem(c, LINT_ERROR, DATE ".end_timestamp", "8.4", "lies beyond what WeChat knows");
        lint_cure(c, "it must be before 2038-01-19: below %lld", (long long)END_OF_TIME);
    } else if ((end + 1 + CHINA_S) % DAY_S != 0) {
        lint_problem(c, LINT_WARNING, DATE ".end_timestamp", "8.4", "is not the end of a day in China");
        lint_cure(c, "WeChat advises 23:59:59 (UTC+8) of the last day: %lld",
                  (long long)(end - (end + CHINA_S) % DAY_S + DAY_S - 1));
    }
}

static void rule_range(const struct lint_card *c) {
    int64_t begin, end;
    if (!date_is(c, "DATE_TYPE_FIX_TIME_RANGE", 1))
        return;
    if (value(c, DATE ".begin_timestamp") == NULL)
        missing(c, DATE ".begin_timestamp", "a range has a beginning");
    if (value(c, DATE ".end_timestamp") == NULL)
        missing(c, DATE ".end_timestamp", "a range has an end");
    if (!number(c, DATE ".end_timestamp", &end))
        return;
    if (number(c, DATE ".begin_timestamp", &begin) && begin >= end) {
        lint_problem(c, LINT_ERROR, DATE, "8.4", "ends before it begins");
        lint_cure(c, "correct begin_timestamp or end_timestamp");
    }
    check_end(c, end);
}

static void rule_term(const struct lint_card *c) {
    if (date_is(c, "DATE_TYPE_FIX_TERM", 2) && value(c, DATE ".fixed_term") == NULL)
        missing(c, DATE ".fixed_term", "a term has a length");
}

static void rule_permanent(const struct lint_card *c) {
    if (!date_is(c, "DATE_TYPE_PERMANENT", 100) || c->type->kind == KIND_MEMBER)
        return;
    lint_problem(c, LINT_ERROR, DATE ".type", "8.4", "is for member cards only");
    lint_cure(c, "DATE_TYPE_FIX_TIME_RANGE with begin_timestamp and end_timestamp, or DATE_TYPE_FIX_TERM");
}

static void rule_flight(const struct lint_card *c) {
    int64_t departure, landing;
    if (!number(c, "departure_time", &departure) || !number(c, "landing_time", &landing) || departure < landing)
        return;
    lint_problem(c, LINT_ERROR, "landing_time", "8.6", "is not after departure_time");
    lint_cure(c, "correct one of them");
}

/* --- codes and stock --- */

static void rule_codes(const struct lint_card *c) {
    bool deposit = value(c, "base_info.get_custom_code_mode") != NULL;
    if (!deposit || is_true(c, "base_info.use_custom_code"))
        return;
    lint_problem(c, LINT_ERROR, "base_info.get_custom_code_mode", "7", "needs use_custom_code");
    lint_cure(c, "add \"use_custom_code\": true, or leave get_custom_code_mode out");
}

static void rule_stock(const struct lint_card *c) {
    bool deposit = value(c, "base_info.get_custom_code_mode") != NULL;
    int64_t quantity;
    if (!number(c, "base_info.sku.quantity", &quantity))
        return;
    if (deposit && quantity != 0) {
        lint_problem(c, LINT_ERROR, "base_info.sku.quantity", "7", "must be 0 where codes are deposited");
        lint_cure(c, "set it to 0: each deposited code adds one");
    } else if (!deposit && quantity == 0) {
        lint_problem(c, LINT_ERROR, "base_info.sku.quantity", "8.2", "is 0: there would be no card");
        lint_cure(c, "set it to the number of cards, at most 100000000");
    }
}

static void rule_stores(const struct lint_card *c) {
    if (!is_true(c, "base_info.use_all_locations") || cJSON_GetArraySize(value(c, "base_info.location_id_list")) == 0)
        return;
    lint_problem(c, LINT_ERROR, "base_info.location_id_list", "8.3", "and use_all_locations exclude each other");
    lint_cure(c, "leave one of them out");
}

/* --- entries: a name to tap, and where it leads --- */

static const struct entry {
    const char *name, *url, *app, *page;
} entries[] = {
    {"base_info.center_title", "base_info.center_url", "base_info.center_app_brand_user_name",
     "base_info.center_app_brand_pass"},
    {"base_info.custom_url_name", "base_info.custom_url", "base_info.custom_app_brand_user_name",
     "base_info.custom_app_brand_pass"},
    {"base_info.promotion_url_name", "base_info.promotion_url", "base_info.promotion_app_brand_user_name",
     "base_info.promotion_app_brand_pass"},
};

static void check_entry(const struct lint_card *c, const struct entry *e) {
    bool name = value(c, e->name), url = value(c, e->url), app = value(c, e->app), page = value(c, e->page);
    if (app && !page)
        missing(c, e->page, "a mini program needs its page");
    if (page && !app)
        missing(c, e->app, "a page needs its mini program");
    if ((url || app) && !name)
        missing(c, e->name, "without a name there is nothing to tap");
    if (name && !url && !app && !page) {
        lint_problem(c, LINT_ERROR, e->name, "8.3", "leads nowhere");
        lint_cure(c, "add %s and %s, or %s", e->app + strlen("base_info."), e->page + strlen("base_info."),
                  e->url + strlen("base_info."));
    }
    if (url && !app) {
        lint_problem(c, LINT_WARNING, e->url, "8.3", "may no longer be followed by WeChat");
        lint_cure(c, "add %s and %s", e->app + strlen("base_info."), e->page + strlen("base_info."));
    }
}

static void rule_entries(const struct lint_card *c) {
    for (size_t i = 0; i < ARRAY_LEN(entries); i++)
        check_entry(c, &entries[i]);
}

/* Sources disagree about what WeChat takes when they are left out. */
static void rule_defaults(const struct lint_card *c) {
    static const char *const places[] = {"base_info.can_share", "base_info.can_give_friend"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (value(c, places[i]) != NULL || value(c, "base_info") == NULL)
            continue;
        lint_problem(c, LINT_WARNING, places[i], "8.3", "is left to WeChat, whose default is not certain");
        lint_cure(c, "say true or false");
    }
}

static void (*const rules[])(const struct lint_card *c) = {
    rule_coupons, rule_advanced, rule_balance, rule_range,  rule_term,    rule_permanent,
    rule_flight,  rule_codes,    rule_stock,   rule_stores, rule_entries, rule_defaults,
};

void template_rules(const struct lint_card *c) {
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        rules[i](c);
}
