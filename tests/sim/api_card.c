/* api_card.c - templates: create, get, batchget, update, modifystock, delete (reference, sections 8 and 9). */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"

#define END_OF_TIME 2147443200 /* 2038-01-19: a date_info must end before it */
#define DAYS_MOST 36500
#define GET_LIMIT_MOST 50
#define BATCH_MOST 50

static const cJSON *object_in(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsObject(item) ? item : NULL;
}

static bool is_type(const cJSON *date, const char *name, long long legacy) {
    const char *text = text_in(date, "type");
    return text ? strcmp(text, name) == 0 : number_in(date, "type", 0) == legacy;
}

static void check_dates(struct call *c, const struct card_type *type, const cJSON *date) {
    long long begin = number_in(date, "begin_timestamp", -1), end = number_in(date, "end_timestamp", -1);
    if (is_type(date, "DATE_TYPE_FIX_TIME_RANGE", 1)) {
        if (begin < 0 || end <= begin || end <= calendar_seconds(&c->w->clock) || end >= END_OF_TIME)
            refuse(c, 40079);
    } else if (is_type(date, "DATE_TYPE_FIX_TERM", 2)) {
        long long term = number_in(date, "fixed_term", 0), wait = number_in(date, "fixed_begin_term", 0);
        if (term < 1 || term > DAYS_MOST || wait < 0 || wait > DAYS_MOST)
            refuse(c, 40079);
    } else if (!is_type(date, "DATE_TYPE_PERMANENT", 100) || strcmp(type->key, "member_card") != 0) {
        refuse(c, 40079); /* only member cards last for ever */
    }
}

static void check_stock(struct call *c, const cJSON *base, bool deposit) {
    long long quantity = number_in(object_in(base, "sku"), "quantity", -1);
    if (deposit ? quantity != 0 : quantity < 1 || quantity > STOCK_LIMIT)
        refuse(c, 40122);
}

static void check_code_mode(struct call *c, const cJSON *base) {
    const char *mode = text_in(base, "get_custom_code_mode");
    bool custom = flag_in(base, "use_custom_code", false);
    if (custom && !c->w->set.custom_code_allowed)
        refuse(c, 43009);
    if (mode && (!custom || strcmp(mode, "GET_CUSTOM_CODE_MODE_DEPOSIT") != 0))
        refuse(c, 40150);
}

bool is_uploaded(const char *url) {
    return strncmp(url, "http://mmbiz.qpic.cn/", 21) == 0 || strncmp(url, "https://mmbiz.qpic.cn/", 22) == 0 ||
           strncmp(url, "http://mmbiz.qlogo.cn/", 22) == 0 || strncmp(url, "https://mmbiz.qlogo.cn/", 23) == 0;
}

/* What create and update check of the fields that are there. */
static void check_values(struct call *c, const struct card_type *type, const cJSON *content, const cJSON *base) {
    const char *code_type = text_in(base, "code_type"), *color = text_in(base, "color");
    const char *logo = text_in(base, "logo_url");
    if (code_type && !schema_is_code_type(code_type))
        refuse(c, 40072);
    if (color && schema_color_hex(color) == NULL)
        refuse(c, 40076);
    if (schema_too_long(type->schema, content))
        refuse(c, 45021);
    if (logo && c->w->set.logo_check && !is_uploaded(logo))
        refuse(c, 40141);
    if (c->w->set.filter_word[0] && strstr(c->r->body, c->w->set.filter_word))
        refuse(c, 40151);
    if (cJSON_GetObjectItemCaseSensitive(base, "date_info"))
        check_dates(c, type, object_in(base, "date_info"));
    if (number_in(base, "get_limit", 1) > GET_LIMIT_MOST)
        refuse(c, 72009);
}

/* refuse() keeps the first refusal, so the order here is the order of the checks. */
static const struct card_type *check_create(struct call *c, const cJSON *card) {
    const char *name = text_in(card, "card_type");
    const struct card_type *type = name ? schema_card_type(name) : NULL;
    const cJSON *content = type ? object_in(card, type->key) : NULL;
    if (!c->w->set.category_allowed)
        refuse(c, 45160);
    if (name == NULL)
        refuse(c, 41011);
    if (content == NULL || content->child == NULL)
        refuse(c, 40071);
    if (c->errcode)
        return NULL;
    if (type->ended && c->w->set.coupon_errcode)
        refuse(c, (int)c->w->set.coupon_errcode);
    const cJSON *base = object_in(content, "base_info");
    if (base == NULL || schema_missing(type->schema, content))
        refuse(c, 41011);
    if (base)
        check_values(c, type, content, base);
    check_stock(c, base, text_in(base, "get_custom_code_mode") != NULL);
    check_code_mode(c, base);
    return type;
}

void api_card_create(struct call *c) {
    cJSON *card = cJSON_GetObjectItemCaseSensitive(c->body, "card");
    if (card == NULL) {
        refuse(c, 41011);
        return;
    }
    const struct card_type *type = check_create(c, card);
    if (c->errcode)
        return;
    cJSON *content = cJSON_DetachItemFromObjectCaseSensitive(card, type->key);
    struct card *made = card_new(c->w, c->account, type, content);
    cJSON_AddStringToObject(reply_ok(c), "card_id", made->id);
}

void api_card_get(struct call *c) {
    const struct card *card = call_card(c);
    if (card)
        cJSON_AddItemToObject(reply_ok(c), "card", card_json(card));
}

struct batch {
    const struct account *account;
    const cJSON *statuses;
    const struct card **cards;
    size_t count;
};

static bool wanted(const struct batch *b, const struct card *card) {
    const cJSON *item;
    if (cJSON_GetArraySize(b->statuses) == 0)
        return true;
    cJSON_ArrayForEach(item, b->statuses) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, card_status_name(card->status)) == 0)
            return true;
    }
    return false;
}

static void collect(const char *key, void *value, void *with) {
    const struct card *card = value;
    struct batch *b = with;
    (void)key;
    if (card->account == b->account && wanted(b, card))
        b->cards[b->count++] = card;
}

/* The newest first; how WeChat orders them is not known. */
static int by_age(const void *a, const void *b) {
    const struct card *x = *(const struct card *const *)a, *y = *(const struct card *const *)b;
    return (x->number < y->number) - (x->number > y->number);
}

void api_card_batchget(struct call *c) {
    long long offset = number_in(c->body, "offset", -1), count = number_in(c->body, "count", -1);
    if (offset < 0 || count < 1 || count > BATCH_MOST) {
        refuse(c, 40097);
        return;
    }
    struct batch b = {c->account, cJSON_GetObjectItemCaseSensitive(c->body, "status_list"), NULL, 0};
    b.cards = need((c->w->cards.count + 1) * sizeof *b.cards);
    hash_each(&c->w->cards, collect, &b);
    qsort(b.cards, b.count, sizeof *b.cards, by_age);
    cJSON *list = cJSON_AddArrayToObject(reply_ok(c), "card_id_list");
    for (long long i = offset; i < offset + count && i < (long long)b.count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(b.cards[i]->id));
    cJSON_AddNumberToObject(c->reply, "total_num", (double)b.count);
    free(b.cards);
}

/* A validity may only be widened: same type, begin not later, end not sooner. */
static void check_widening(struct call *c, const struct card *card, const cJSON *base) {
    const cJSON *old = object_in(card_base(card), "date_info"), *new = object_in(base, "date_info");
    if (new == NULL)
        return;
    const cJSON *old_type = cJSON_GetObjectItemCaseSensitive(old, "type");
    const cJSON *new_type = cJSON_GetObjectItemCaseSensitive(new, "type");
    if (!cJSON_Compare(old_type, new_type, true) ||
        number_in(new, "begin_timestamp", 0) > number_in(old, "begin_timestamp", 0) ||
        number_in(new, "end_timestamp", 0) < number_in(old, "end_timestamp", 0))
        refuse(c, 40100);
}

/* Puts every field of `from` into `to`, in place of what was there. */
static void merge(cJSON *to, const cJSON *from) {
    for (const cJSON *item = from->child; item; item = item->next) {
        if (strcmp(item->string, "base_info") == 0)
            continue;
        cJSON *copy = cJSON_Duplicate(item, true);
        if (cJSON_GetObjectItemCaseSensitive(to, item->string))
            cJSON_ReplaceItemInObjectCaseSensitive(to, item->string, copy);
        else
            cJSON_AddItemToObject(to, item->string, copy);
    }
}

static void apply_update(struct call *c, struct card *card, const cJSON *content, const cJSON *base) {
    const struct schema *schema = card->type->schema;
    bool review = c->w->set.update_review == UPDATE_ALWAYS ||
                  (c->w->set.update_review == UPDATE_MARKED && schema_has(schema, content, FIELD_MARKED));
    merge(card->content, content);
    if (base)
        merge(card_base(card), base);
    card->get_limit = number_in(card_base(card), "get_limit", card->get_limit);
    card->updated = real_seconds();
    if (review || card->status == CARD_VERIFY_FAIL)
        card_review_begin(c->w, card);
    cJSON_AddBoolToObject(reply_ok(c), "send_check", review);
}

void api_card_update(struct call *c) {
    struct card *card = call_card(c);
    const cJSON *content = card ? object_in(c->body, card->type->key) : NULL;
    const cJSON *base = object_in(content, "base_info");
    if (card && card->status == CARD_DELETED)
        refuse(c, 40078);
    if (card && (content == NULL || cJSON_GetArraySize(c->body) != 2))
        refuse(c, 40071);
    if (c->errcode || card == NULL)
        return;
    check_values(c, card->type, content, base);
    check_widening(c, card, base);
    if (!c->errcode)
        apply_update(c, card, content, base);
}

void api_card_modifystock(struct call *c) {
    struct card *card = call_card(c);
    if (card == NULL)
        return;
    long long more = number_in(c->body, "increase_stock_value", 0),
              less = number_in(c->body, "reduce_stock_value", 0);
    long long quantity = card->quantity + more - less, total = card->total + more - less;
    if (card->status == CARD_DELETED)
        refuse(c, 40078);
    if (more < 0 || less < 0 || more > STOCK_LIMIT || less > STOCK_LIMIT || quantity < 0)
        refuse(c, 40122);
    if (total > STOCK_LIMIT)
        refuse(c, 45041);
    if (card->mode == CODES_DEPOSIT && total > card->deposited)
        refuse(c, 40136);
    if (c->errcode)
        return;
    card->quantity = quantity;
    card->total = total;
    reply_ok(c);
}

void api_card_delete(struct call *c) {
    struct card *card = call_card(c);
    if (card == NULL)
        return;
    if (card->review_ends_ms)
        c->w->reviews_open--;
    card->review_ends_ms = 0;
    card->status = CARD_DELETED;
    reply_ok(c);
}
