/* api_offer.c - how cards are offered: QR codes, landing pages, cells (reference, sections 12 and 13). */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"

#define QR_SECONDS_LEAST 60
#define QR_SECONDS_MOST 1800
#define QR_SECONDS_USUAL (365 * 86400)
#define QR_CARDS_MOST 5       /* the reference names no limit; this one is ours */
#define LANDING_CARDS_MOST 10 /* the same */

static const cJSON *item_in(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static struct card *card_in(struct call *c, const cJSON *object) {
    const char *card_id = text_in(object, "card_id");
    struct card *card = card_find(c->w, c->account, card_id);
    if (card_id == NULL || *card_id == '\0')
        refuse(c, 41012);
    else if (card == NULL)
        refuse(c, 40073);
    else if (card->status == CARD_DELETED)
        refuse(c, 40078);
    return card;
}

/* --- QR codes --- */

/* The code is there exactly where the merchant chooses it, the openid where a card is bound to one. */
static void check_qr_card(struct call *c, const cJSON *one) {
    const struct card *card = card_in(c, one);
    const char *code = text_in(one, "code"), *openid = text_in(one, "openid");
    if (card == NULL || c->errcode)
        return;
    if ((code != NULL) != (card->mode == CODES_MERCHANT) || (openid != NULL) != card->bind_openid)
        refuse(c, 40053);
    if (code && (*code == '\0' || strlen(code) > CODE_LENGTH))
        refuse(c, 40053);
    if (code && code_find(c->w, c->account, card->id, code))
        refuse(c, 40056);
    if (flag_in(one, "is_unique_code", false) && (!card_is_open(card) || card->quantity == 0))
        refuse(c, 40078);
}

static void check_qr(struct call *c) {
    const cJSON *info = item_in(c->body, "action_info"), *one, *list;
    const char *action = text_in(c->body, "action_name");
    long long seconds = number_in(c->body, "expire_seconds", QR_SECONDS_LEAST);
    if (schema_missing(&BODY_QRCODE, c->body) || seconds < QR_SECONDS_LEAST || seconds > QR_SECONDS_MOST) {
        refuse(c, 40053);
        return;
    }
    one = item_in(info, "card");
    list = item_in(item_in(info, "multiple_card"), "card_list");
    if (strcmp(action, "QR_CARD") == 0 && one && !list)
        check_qr_card(c, one);
    else if (strcmp(action, "QR_MULTIPLE_CARD") == 0 && list && !one && list->child &&
             cJSON_GetArraySize(list) <= QR_CARDS_MOST)
        cJSON_ArrayForEach(one, list) check_qr_card(c, one);
    else
        refuse(c, 40053);
}

void api_qrcode_create(struct call *c) {
    char ticket[81], id[13];
    check_qr(c);
    if (c->errcode)
        return;
    memcpy(ticket, "gQ", 2);
    random_text(ticket + 2, sizeof ticket - 3, ALPHABET_URL);
    random_text(id, sizeof id - 1, ALPHABET_ALNUM);
    char *url = need_format("http://weixin.qq.com/q/%s", id);
    char *picture = need_format("https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=%s", ticket);
    cJSON *reply = reply_ok(c);
    cJSON_AddStringToObject(reply, "ticket", ticket);
    cJSON_AddNumberToObject(reply, "expire_seconds", (double)number_in(c->body, "expire_seconds", QR_SECONDS_USUAL));
    cJSON_AddStringToObject(reply, "url", url);
    cJSON_AddStringToObject(reply, "show_qrcode_url", picture);
    free(url);
    free(picture);
}

/* --- landing pages --- */

static bool is_scene(const char *scene) {
    static const char *const scenes[] = {"SCENE_NEAR_BY", "SCENE_MENU", "SCENE_QRCODE",          "SCENE_ARTICLE",
                                         "SCENE_H5",      "SCENE_IVR",  "SCENE_CARD_CUSTOM_CELL"};
    for (size_t i = 0; i < COUNT_OF(scenes); i++)
        if (strcmp(scenes[i], scene) == 0)
            return true;
    return false;
}

static void check_landing(struct call *c) {
    const cJSON *one, *list = item_in(c->body, "card_list");
    if (schema_missing(&BODY_LANDING, c->body) || list->child == NULL) {
        refuse(c, 40101);
        return;
    }
    if (!is_scene(text_in(c->body, "scene")))
        refuse(c, 40097);
    if (!is_uploaded(text_in(c->body, "banner")))
        refuse(c, 40141);
    if (cJSON_GetArraySize(list) > LANDING_CARDS_MOST)
        refuse(c, 45039);
    cJSON_ArrayForEach(one, list) {
        const char *thumb = text_in(one, "thumb_url");
        card_in(c, one);
        if (thumb == NULL || !is_uploaded(thumb))
            refuse(c, 40141);
    }
}

void api_landingpage_create(struct call *c) {
    char id[13];
    check_landing(c);
    if (c->errcode)
        return;
    random_text(id, sizeof id - 1, ALPHABET_ALNUM);
    char *url = need_format("http://mp.weixin.qq.com/bizmall/cardlandingpage?id=%s", id);
    cJSON_AddStringToObject(reply_ok(c), "url", url);
    cJSON_AddNumberToObject(c->reply, "page_id", 1);
    free(url);
}

/* --- cells --- */

static bool has_stores(const struct card *card) {
    const cJSON *base = card_base(card);
    return flag_in(base, "use_all_locations", false) || cJSON_GetArraySize(item_in(base, "location_id_list")) > 0;
}

/* Opening a cell: `unfit` when the card has no stores, `conflict` when its centre has a button. */
static void set_cell(struct call *c, int unfit, int conflict) {
    const struct card *card = card_in(c, c->body);
    if (card == NULL || c->errcode)
        return;
    bool open = flag_in(c->body, "is_open", false);
    if (open && (!has_stores(card) || (unfit == 40107 && !card_is_open(card))))
        refuse(c, unfit);
    if (open && text_in(card_base(card), "center_title"))
        refuse(c, conflict);
    if (!c->errcode)
        reply_ok(c);
}

void api_paycell_set(struct call *c) {
    set_cell(c, 40107, 40145);
}

void api_selfconsumecell_set(struct call *c) {
    set_cell(c, 43017, 45046);
}
