/* The reading part of template.h: what card/create takes, as text and as the columns of a template. */
#include "template.h"

#include <string.h>

#include "clock.h"
#include "json.h"
#include "template_lint.h"

static bool is_true(const cJSON *card, const char *place) {
    return cJSON_IsTrue(template_field_value(card, place));
}

/* merchant: we choose the code. deposit: WeChat chooses one of those we gave it. wechat: WeChat makes it. */
static const char *code_mode_of(const cJSON *card) {
    if (template_field_value(card, "base_info.get_custom_code_mode") != NULL)
        return "deposit";
    return is_true(card, "base_info.use_custom_code") ? "merchant" : "wechat";
}

const cJSON *template_card(const cJSON *body) {
    const cJSON *envelope = json_object(body, "card");
    const struct card_type *type = card_type_of(envelope);
    return type ? json_object(envelope, type->member) : NULL;
}

bool template_describe(const cJSON *body, struct template *t, struct err *err) {
    const cJSON *card = template_card(body);
    const cJSON *quantity = template_field_value(card, "base_info.sku.quantity");
    const cJSON *title = template_field_value(card, "base_info.title");
    if (!cJSON_IsNumber(quantity) || !cJSON_IsString(title))
        return fail(err, ERR_INPUT, "the card has no title or no stock");
    t->stock = (int64_t)quantity->valuedouble;
    t->bind_openid = is_true(card, "base_info.bind_openid");
    text_copy(t->card_type, sizeof t->card_type, card_type_of(json_object(body, "card"))->name);
    text_copy(t->code_mode, sizeof t->code_mode, code_mode_of(card));
    text_copy(t->title, sizeof t->title, title->valuestring);
    return true;
}

cJSON *template_parse(const char *text, size_t len, struct err *err) {
    const struct json_limits limits = {.depth = 16, .members = 200, .size = TEMPLATE_BODY_MAX};
    cJSON *body = json_parse(text, len, &limits, err);
    if (body == NULL && err != NULL)
        err->kind = ERR_INPUT; /* it is somebody's file, not WeChat's answer */
    return body;
}

cJSON *template_read(const char *text, size_t len, struct template *t, struct err *err) {
    AUTO_LINT struct lint lint = {0};
    cJSON *body = template_parse(text, len, err);
    if (body == NULL)
        return NULL;
    template_lint(body, (int64_t)clock_wall(), &lint);
    if (lint_good(&lint, err) && template_describe(body, t, err))
        return body;
    cJSON_Delete(body);
    return NULL;
}
