#include "card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "event.h"
#include "schema.h"

static const char *const status_names[CARD_STATUSES] = {
    "CARD_STATUS_NOT_VERIFY", "CARD_STATUS_VERIFY_FAIL", "CARD_STATUS_VERIFY_OK",
    "CARD_STATUS_DELETE",     "CARD_STATUS_DISPATCH",
};

const char *card_status_name(enum card_status status) {
    return status_names[status];
}

cJSON *card_base(const struct card *card) {
    return cJSON_GetObjectItemCaseSensitive(card->content, "base_info");
}

static void read_base(struct card *card) {
    const cJSON *base = card_base(card);
    bool deposit = cJSON_GetObjectItemCaseSensitive(base, "get_custom_code_mode") != NULL;
    card->mode = !flag_in(base, "use_custom_code", false) ? CODES_WECHAT : deposit ? CODES_DEPOSIT : CODES_MERCHANT;
    card->bind_openid = flag_in(base, "bind_openid", false);
    card->quantity = number_in(cJSON_GetObjectItemCaseSensitive(base, "sku"), "quantity", 0);
    card->total = card->quantity;
    card->get_limit = number_in(base, "get_limit", 50);
}

struct card *card_new(struct world *w, struct account *a, const struct card_type *type, cJSON *content) {
    struct card *card = need(sizeof *card);
    card->id[0] = 'p';
    random_text(card->id + 1, sizeof card->id - 2, ALPHABET_URL);
    card->account = a;
    card->type = type;
    card->content = content;
    card->created = card->updated = real_seconds();
    card->number = w->cards.count;
    read_base(card);
    hash_put(&w->cards, card->id, card);
    card_review_begin(w, card);
    return card;
}

struct card *card_find(const struct world *w, const struct account *a, const char *card_id) {
    struct card *card = card_id ? hash_get(&w->cards, card_id) : NULL;
    return card && card->account == a ? card : NULL;
}

void card_review_begin(struct world *w, struct card *card) {
    if (card->review_ends_ms)
        w->reviews_open--;
    card->status = CARD_NOT_VERIFY;
    card->reason[0] = '\0';
    card->review_ends_ms = 0;
    if (w->set.review_delay == 0) {
        card_review_end(w, card, w->set.review_refuse[0] == '\0', w->set.review_refuse);
    } else if (w->set.review_delay > 0) {
        card->review_ends_ms = clock_ms(&w->clock) + w->set.review_delay * 1000;
        w->reviews_open++;
        pthread_cond_broadcast(&w->changed);
    }
}

void card_review_end(struct world *w, struct card *card, bool pass, const char *reason) {
    if (card->review_ends_ms)
        w->reviews_open--;
    card->review_ends_ms = 0;
    card->status = pass ? CARD_VERIFY_OK : CARD_VERIFY_FAIL;
    copy_text(card->reason, sizeof card->reason, pass ? "" : reason);
    struct event_part parts[] = {{"RefuseReason", card->reason, false}};
    event_emit(w, card, NULL, pass ? "card_pass_check" : "card_not_pass_check", NULL, parts, COUNT_OF(parts));
}

static void review_one(const char *key, void *value, void *with) {
    struct card *card = value;
    struct world *w = with;
    (void)key;
    if (card->review_ends_ms && clock_ms(&w->clock) >= card->review_ends_ms)
        card_review_end(w, card, w->set.review_refuse[0] == '\0', w->set.review_refuse);
}

void cards_review_due(struct world *w) {
    if (w->reviews_open)
        hash_each(&w->cards, review_one, w);
}

bool card_is_open(const struct card *card) {
    return card->status == CARD_VERIFY_OK || card->status == CARD_DISPATCH;
}

/* What card/get adds to or changes in what was created: id, hex colour, status, both stocks, times. */
static void show_base(const struct card *card, cJSON *base) {
    cJSON *color = cJSON_GetObjectItemCaseSensitive(base, "color");
    const char *hex = color ? schema_color_hex(color->valuestring) : NULL;
    if (hex)
        cJSON_SetValuestring(color, hex);
    cJSON_DeleteItemFromObjectCaseSensitive(base, "sku");
    cJSON_AddStringToObject(base, "id", card->id);
    cJSON_AddStringToObject(base, "status", status_names[card->status]);
    cJSON *sku = cJSON_AddObjectToObject(base, "sku");
    cJSON_AddNumberToObject(sku, "quantity", (double)card->quantity);
    cJSON_AddNumberToObject(sku, "total_quantity", (double)card->total);
    cJSON_AddNumberToObject(base, "create_time", (double)card->created);
    cJSON_AddNumberToObject(base, "update_time", (double)card->updated);
    if (cJSON_GetObjectItemCaseSensitive(base, "location_id_list") == NULL)
        cJSON_AddArrayToObject(base, "location_id_list");
    if (cJSON_GetObjectItemCaseSensitive(base, "get_limit") == NULL)
        cJSON_AddNumberToObject(base, "get_limit", (double)card->get_limit);
    cJSON_AddArrayToObject(base, "area_code_list");
}

cJSON *card_json(const struct card *card) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "card_type", card->type->name);
    cJSON *content = cJSON_Duplicate(card->content, true);
    show_base(card, cJSON_GetObjectItemCaseSensitive(content, "base_info"));
    cJSON_AddItemToObject(json, card->type->key, content);
    return json;
}

int64_t card_taken_by(const struct card *card, const char *openid) {
    return (int64_t)(intptr_t)hash_get(&card->takers, openid);
}

void card_free(void *value) {
    struct card *card = value;
    hash_clear(&card->codes, code_free);
    hash_clear(&card->takers, NULL);
    cJSON_Delete(card->content);
    free(card->unclaimed);
    free(card);
}
