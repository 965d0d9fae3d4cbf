/* `template qrcode`, `landing`: how cards are offered. */
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "ask_wechat.h"
#include "cmd.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "template.h"
#include "template_field.h"

enum { LANDING_MAX = 64 << 10, CODE_MAX = 20, OUTER_MAX = 128, EXPIRES_LEAST_S = 60, EXPIRES_MOST_S = 1800 };

/* --- QR codes --- */

/* Given exactly where it is needed. */
static bool given_as_needed(const struct call *call, enum option_id id, const char *name, bool needed,
                            const char *why, struct err *err) {
    bool given = call->option[id] != NULL;
    if (given == needed)
        return true;
    fail(err, ERR_USAGE,
         needed ? N_("a QR code of this template needs --%s") : N_("a QR code of this template takes no --%s"), name);
    return fail_cure(err, "%s", _(why));
}

static bool check_qr_options(const struct call *call, const struct template *t, struct err *err) {
    bool one = call->arguments == 1, merchant = strcmp(t->code_mode, "merchant") == 0;
    const char *code = call->option[OPT_CODE], *outer = call->option[OPT_OUTER];
    if (!one && (merchant || t->bind_openid)) {
        fail(err, ERR_INPUT, "template %s cannot stand beside others: each card of it has its own %s", t->key,
             merchant ? "code" : "openid");
        return fail_cure(err, "make a QR code of it alone");
    }
    if (code != NULL && (strlen(code) > CODE_MAX || code[0] == '\0'))
        return fail(err, ERR_USAGE, "--code: a code has 1 to %d characters", CODE_MAX);
    if (outer != NULL && strlen(outer) > OUTER_MAX)
        return fail(err, ERR_USAGE, "--outer: at most %d bytes", OUTER_MAX);
    return given_as_needed(call, OPT_CODE, "code", merchant, N_("we choose the codes of merchant templates only"),
                           err) &&
           given_as_needed(call, OPT_OPENID_FILE, "openid-file", t->bind_openid,
                           N_("bind_openid of the template says so"), err);
}

static void add_option(cJSON *card, const char *member, const char *value) {
    if (value != NULL)
        json_add_text(card, member, value);
}

/* Who alone may take the card. */
static bool add_person(const struct call *call, cJSON *card, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *person;
    int count;
    if (call->option[OPT_OPENID_FILE] == NULL)
        return true;
    if (!ask_persons(call, 1, &text, &person, &count, err))
        return false;
    json_add_text(card, "openid", person);
    return true;
}

/* A member of card_list, or `card` itself. */
static bool qr_card(const struct call *call, const char *key, int64_t *account_id, cJSON *card, struct err *err) {
    struct template t = {0};
    if (!template_get(call->work->db, key, &t, err) || !template_has_card(&t, err) ||
        !check_qr_options(call, &t, err))
        return false;
    if (*account_id != 0 && *account_id != t.account_id)
        return fail(err, ERR_INPUT, "template %s belongs to another account", t.key);
    *account_id = t.account_id;
    json_add_text(card, "card_id", t.card_id);
    add_option(card, "code", call->option[OPT_CODE]);
    add_option(card, "outer_str", call->option[OPT_OUTER]);
    return add_person(call, card, err);
}

static bool qr_cards(const struct call *call, int64_t *account_id, cJSON *info, struct err *err) {
    cJSON *multiple, *list;
    if (call->arguments == 1) {
        json_add(info, "card", json_new());
        return qr_card(call, call->argument[0], account_id, cJSON_GetObjectItemCaseSensitive(info, "card"), err);
    }
    json_add(info, "multiple_card", json_new());
    multiple = cJSON_GetObjectItemCaseSensitive(info, "multiple_card");
    json_add(multiple, "card_list", cJSON_CreateArray());
    list = cJSON_GetObjectItemCaseSensitive(multiple, "card_list");
    for (int i = 0; i < call->arguments; i++) {
        cJSON *card = json_new();
        cJSON_AddItemToArray(list, card);
        if (!qr_card(call, call->argument[i], account_id, card, err))
            return false;
    }
    return true;
}

static bool qr_request(const struct call *call, int64_t *account_id, cJSON *request, struct err *err) {
    int64_t expires = 0;
    if (!call_int(call, OPT_EXPIRES, EXPIRES_LEAST_S, EXPIRES_MOST_S, &expires, err))
        return false;
    if (expires > 0 && call->arguments > 1)
        return fail(err, ERR_USAGE, "only a QR code of one template can expire");
    json_add_text(request, "action_name", call->arguments > 1 ? "QR_MULTIPLE_CARD" : "QR_CARD");
    if (expires > 0)
        json_add_int(request, "expire_seconds", expires);
    json_add(request, "action_info", json_new());
    return qr_cards(call, account_id, cJSON_GetObjectItemCaseSensitive(request, "action_info"), err);
}

bool cmd_template_qrcode(struct call *call, struct err *err) {
    static const struct output_column columns[] = {
        {"url", "URL", OUT_TEXT}, {"picture", "PICTURE", OUT_TEXT}, {"expires", "EXPIRES IN S", OUT_NUMBER}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.qrcode.1", columns, ARRAY_LEN(columns));
    AUTO_JSON cJSON *request = json_new(), *asked = json_new();
    AUTO_WX_REPLY struct wx_reply reply = {0};
    int64_t account_id = 0, expires = 0;
    if (!qr_request(call, &account_id, request, err))
        return false;
    json_add_int(asked, "templates", call->arguments);
    if (!ask_record(call, "template_qrcode", "template", call->argument[0], asked, err) ||
        !ask_wechat(call, account_id, WX_QRCODE_CREATE, request, &reply, err) ||
        !json_may_int(reply.json, "expire_seconds", 0, INT64_C(1) << 32, &expires, err))
        return false;
    output_cell(&o, ask_text(&reply, "url"));
    output_cell(&o, ask_text(&reply, "show_qrcode_url"));
    if (expires > 0)
        output_int(&o, expires);
    else
        output_cell(&o, NULL);
    output_record(&o, call->work);
    return true;
}

/* --- landing page --- */

#define SCENES "SCENE_NEAR_BY SCENE_MENU SCENE_QRCODE SCENE_ARTICLE SCENE_H5 SCENE_IVR SCENE_CARD_CUSTOM_CELL"

/* Templates are named by their key: WeChat wants their card_id. */
static bool name_card(struct call *call, const struct account *account, cJSON *card, struct err *err) {
    struct template t = {0};
    const char *key = NULL, *thumb = NULL;
    if (!json_need_text(card, "template", 1, TEMPLATE_KEY_SIZE - 1, NULL, &key, err) ||
        !json_need_text(card, "thumb_url", 1, 512, NULL, &thumb, err) ||
        !template_get(call->work->db, key, &t, err) || !template_has_card(&t, err))
        return false;
    if (t.account_id != account->id)
        return fail(err, ERR_INPUT, "template %s belongs to another account", t.key);
    if (!template_is_picture(thumb)) {
        fail(err, ERR_INPUT, "thumb_url of %s is no picture that WeChat has", t.key);
        return fail_cure(err, "the URL that `kaquan-worker template logo FILE` prints");
    }
    cJSON_DeleteItemFromObjectCaseSensitive(card, "template");
    json_add_text(card, "card_id", t.card_id);
    return true;
}

static bool check_page(const cJSON *page, struct err *err) {
    const char *banner, *title, *scene;
    bool share = false;
    if (!json_need_text(page, "banner", 1, 512, NULL, &banner, err) ||
        !json_need_text(page, "page_title", 1, 128, NULL, &title, err) ||
        !json_need_text(page, "scene", 1, 64, NULL, &scene, err) || !json_may_bool(page, "can_share", &share, err))
        return false;
    if (!template_is_picture(banner)) {
        fail(err, ERR_INPUT, "banner is no picture that WeChat has");
        return fail_cure(err, "the URL that `kaquan-worker template logo FILE` prints, 640 x 300 pixels");
    }
    if (!template_choice(SCENES, scene)) {
        fail(err, ERR_INPUT, "scene is \"%s\", which WeChat does not know", scene);
        return fail_cure(err, "one of " SCENES);
    }
    return cJSON_GetArraySize(json_array(page, "card_list")) > 0 ||
           fail(err, ERR_INPUT, "card_list: at least one {\"template\": KEY, \"thumb_url\": URL} expected");
}

static bool page_request(struct call *call, const struct account *account, cJSON *page, struct err *err) {
    cJSON *card;
    if (!check_page(page, err))
        return false;
    if (cJSON_GetObjectItemCaseSensitive(page, "can_share") == NULL)
        json_add_bool(page, "can_share", false);
    cJSON_ArrayForEach(card, cJSON_GetObjectItemCaseSensitive(page, "card_list")) {
        if (!name_card(call, account, card, err))
            return false;
    }
    return true;
}

/* A file is somebody's, not WeChat's. */
static bool bad_file(const char *path, struct err *err) {
    if (err->kind == ERR_PROTOCOL)
        err->kind = ERR_INPUT;
    return fail_in(err, "%s", path);
}

bool cmd_template_landing(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"url", "URL", OUT_TEXT}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.landing.1", column, ARRAY_LEN(column));
    AUTO_BUF struct buf text = {0};
    AUTO_JSON cJSON *page = NULL;
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !ask_file(call->argument[0], LANDING_MAX, false, &text, err))
        return false;
    page = template_parse(buf_str(&text), text.len, err);
    if (page == NULL || !page_request(call, &account, page, err))
        return bad_file(call->argument[0], err);
    if (!ask_record(call, "template_landing", "account", account.key, page, err) ||
        !ask_wechat(call, account.id, WX_LANDINGPAGE_CREATE, page, &reply, err))
        return false;
    output_cell(&o, ask_text(&reply, "url"));
    output_record(&o, call->work);
    return true;
}
