/* The part of template.h that reads what WeChat has: card/get's answer in the form of card/create. */
#include "template.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "template_field.h"

/* WeChat's own additions have no row in the table of fields; what is empty was never said. */
static bool is_written(const char *place, unsigned kind, const cJSON *value) {
    bool empty = (cJSON_IsArray(value) && value->child == NULL) ||
                 (cJSON_IsString(value) && value->valuestring[0] == '\0') || cJSON_IsNull(value);
    return !empty && template_field_find(place, kind) != NULL;
}

static void keep_written(cJSON *object, unsigned kind, const char *around) {
    for (cJSON *member = object->child, *next; member != NULL; member = next) {
        char place[128];
        next = member->next;
        snprintf(place, sizeof place, "%.60s%s%.60s", around, around[0] ? "." : "", member->string);
        if (!is_written(place, kind, member)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
            continue;
        }
        if (cJSON_IsObject(member))
            keep_written(member, kind, place);
    }
}

/* WeChat tells the value of a colour and takes only its name. */
static void name_color(cJSON *base) {
    const cJSON *color = cJSON_GetObjectItemCaseSensitive(base, "color");
    const char *name = cJSON_IsString(color) ? template_color_name(color->valuestring) : NULL;
    if (name != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(base, "color", cJSON_CreateString(name));
}

/* Of deposited codes none were there when the card was made. */
static void set_stock(cJSON *content, int64_t total) {
    cJSON *base = cJSON_GetObjectItemCaseSensitive(content, "base_info");
    cJSON *sku = cJSON_GetObjectItemCaseSensitive(base, "sku");
    bool deposit = cJSON_GetObjectItemCaseSensitive(base, "get_custom_code_mode") != NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(sku, "quantity");
    json_add_int(sku, "quantity", deposit ? 0 : total);
}

bool template_live_total(const cJSON *envelope, int64_t *total, struct err *err) {
    const struct card_type *type = card_type_of(envelope);
    const cJSON *base = type ? json_object(json_object(envelope, type->member), "base_info") : NULL;
    const cJSON *sku = json_object(base, "sku");
    if (sku == NULL)
        return fail(err, ERR_PROTOCOL, "card/get answered without base_info.sku");
    return json_need_int(sku, "total_quantity", 0, INT64_C(1) << 40, total, err);
}

cJSON *template_live(const cJSON *envelope, struct err *err) {
    const struct card_type *type = card_type_of(envelope);
    const cJSON *theirs = type ? json_object(envelope, type->member) : NULL;
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(envelope, "card_type");
    int64_t total;
    if (theirs == NULL) {
        fail(err, ERR_INPUT, "WeChat's card is a %.40s, which is not known here",
             cJSON_IsString(name) ? name->valuestring : "card without a type");
        fail_cure(err, "go on with it in mp.weixin.qq.com");
        return NULL;
    }
    if (!template_live_total(envelope, &total, err))
        return NULL;
    cJSON *body = json_new(), *card = json_new(), *content = cJSON_Duplicate(theirs, true);
    keep_written(content, (unsigned)type->kind, "");
    set_stock(content, total);
    name_color(cJSON_GetObjectItemCaseSensitive(content, "base_info"));
    json_add_text(card, "card_type", type->name);
    json_add(card, type->member, content);
    json_add(body, "card", card);
    return body;
}
