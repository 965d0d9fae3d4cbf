#include "wx_event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "wx_crypt.h"
#include "xml.h"

/* clang-format off */
static const struct row {
    const char *event;   /* WeChat's name */
    const char *step;    /* kind of ticket_event (table ticket_step), or NULL */
    const char *when;    /* the member that must be "1" for this row, or NULL: any */
    const char *verdict; /* what WeChat calls the template's status from then on, or NULL */
} rows[] = {
    {"user_get_card",                "received", "IsGiveByFriend", NULL},
    {"user_get_card",                "added",    NULL,             NULL},
    {"user_gifting_card",            "returned", "IsReturnBack",   NULL},
    {"user_gifting_card",            "gifted",   NULL,             NULL},
    {"user_del_card",                "deleted",  NULL,             NULL},
    {"user_consume_card",            "consumed", NULL,             NULL},
    {"user_pay_from_pay_cell",       "paid",     NULL,             NULL},
    {"user_view_card",               "viewed",   NULL,             NULL},
    {"user_enter_session_from_card", "session",  NULL,             NULL},
    {"update_member_card",           "updated",  NULL,             NULL},
    {"submit_membercard_user_info",  "updated",  NULL,             NULL},
    {"card_pass_check",              NULL,       NULL,             "CARD_STATUS_VERIFY_OK"},
    {"card_not_pass_check",          NULL,       NULL,             "CARD_STATUS_VERIFY_FAIL"},
    {"card_sku_remind",              NULL,       NULL,             NULL},
    {"card_pay_order",               NULL,       NULL,             NULL},
};

/* Members that have a column of their own, and those that the envelope is made of; the rest is detail. */
static const struct {
    const char *member;
    const char *column; /* NULL: not kept */
    size_t most;        /* bytes */
} members[] = {
    {"FromUserName", "openid", 64}, {"CardId", "card_id", 32}, {"UserCardCode", "plain_code", 20}, {"OldUserCardCode", "old_code", 20},
    {"OuterStr", "outer_str", 128}, {"EncryptCode", "encrypted", 512}, {"Event", "kind", 64},
    {"ToUserName", NULL, 0}, {"CreateTime", NULL, 0}, {"MsgType", NULL, 0}, {"Encrypt", NULL, 0},
};
/* clang-format on */

const char *wx_event_verdict(const char *event) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].event, event) == 0)
            return rows[i].verdict;
    return NULL;
}

/* --- opening --- */

static cJSON *parse(const char *payload, size_t len, struct err *err) {
    static const struct json_limits limits = {.size = XML_SIZE};
    const char *first = payload + strspn(payload, " \t\r\n");
    return *first == '{' ? json_parse(payload, len, &limits, err) : xml_parse(payload, len, err);
}

/* A member as text: WeChat writes numbers bare in XML and as numbers in JSON. NULL when it is not there or empty. */
static const char *text_of(const cJSON *push, const char *name, char number[24]) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(push, name);
    if (cJSON_IsNumber(item)) {
        snprintf(number, 24, "%.0f", item->valuedouble);
        return number;
    }
    return cJSON_IsString(item) && item->valuestring[0] != '\0' ? item->valuestring : NULL;
}

/* In the compatible mode the plain text stands beside the encrypted one. */
static bool is_encrypted(const cJSON *push) {
    char number[24];
    return text_of(push, "Event", number) == NULL && text_of(push, "Encrypt", number) != NULL;
}

static cJSON *open_encrypted(const struct wx_event_account *account, const cJSON *push, struct err *err) {
    AUTO_BUF struct buf message = {0};
    char number[24];
    if (account->aes_key == NULL) {
        fail(err, ERR_CONFIG, "encrypted, and no EncodingAESKey of the account is stored");
        return NULL;
    }
    if (!wx_decrypt(account->aes_key, account->appid, text_of(push, "Encrypt", number), &message, err))
        return NULL;
    return parse(buf_str(&message), message.len, err);
}

static cJSON *open_push(const struct wx_event_account *account, const char *payload, struct err *err) {
    cJSON *push = parse(payload, strlen(payload), err);
    if (push == NULL || !is_encrypted(push))
        return push;
    cJSON *inner = open_encrypted(account, push, err);
    cJSON_Delete(push);
    return inner;
}

/* --- checking --- */

static bool check_lengths(const cJSON *push, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        char number[24];
        const char *text = text_of(push, members[i].member, number);
        if (members[i].column != NULL && text != NULL && strlen(text) > members[i].most)
            return fail(err, ERR_PROTOCOL, "%s has more than %zu bytes", members[i].member, members[i].most);
    }
    return true;
}

static bool read_time(const cJSON *push, int64_t *seconds, struct err *err) {
    char number[24], *end = NULL;
    const char *text = text_of(push, "CreateTime", number);
    *seconds = text ? strtoll(text, &end, 10) : 0;
    if (*seconds >= 1 && *seconds < INT64_C(1) << 33 && *end == '\0') /* up to the year 2242 */
        return true;
    return fail(err, ERR_PROTOCOL, "CreateTime is not a time in seconds");
}

static bool check(const struct wx_event_account *account, const cJSON *push, int64_t *seconds, struct err *err) {
    char number[24];
    const char *to = text_of(push, "ToUserName", number), *type = text_of(push, "MsgType", number);
    if (to == NULL || strcmp(to, account->original_id) != 0)
        return fail(err, ERR_PROTOCOL, "ToUserName is not the account's original id");
    if (type == NULL || strcmp(type, "event") != 0 || text_of(push, "Event", number) == NULL)
        return fail(err, ERR_PROTOCOL, "not an event");
    if (text_of(push, "FromUserName", number) == NULL)
        return fail(err, ERR_PROTOCOL, "no FromUserName");
    return read_time(push, seconds, err) && check_lengths(push, err);
}

/* --- writing --- */

static const struct row *row_of(const cJSON *push) {
    char event_number[24], number[24];
    const char *event = text_of(push, "Event", event_number);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *flag = rows[i].when ? text_of(push, rows[i].when, number) : "1";
        if (strcmp(rows[i].event, event) == 0 && flag && strcmp(flag, "1") == 0)
            return &rows[i];
    }
    return NULL;
}

static void add(struct buf *out, const char *name, const char *text) {
    if (text == NULL)
        return;
    if (out->data[out->len - 1] != '{')
        buf_char(out, ',');
    json_quote(out, name);
    buf_char(out, ':');
    json_quote(out, text);
}

static bool is_detail(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (strcmp(members[i].member, name) == 0)
            return false;
    return true;
}

static void add_detail(struct buf *out, const cJSON *push) {
    buf_text(out, ",\"detail\":{");
    for (const cJSON *item = push->child; item; item = item->next) {
        char number[24];
        if (is_detail(item->string))
            add(out, item->string, text_of(push, item->string, number));
    }
    buf_char(out, '}');
}

static void add_push(struct buf *out, const cJSON *push, int64_t seconds) {
    const struct row *row = row_of(push);
    buf_printf(out, ",\"seconds\":%" PRId64, seconds);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        char number[24];
        if (members[i].column != NULL)
            add(out, members[i].column, text_of(push, members[i].member, number));
    }
    add(out, "step", row ? row->step : NULL);
    add(out, "verdict", row ? row->verdict : NULL);
    add_detail(out, push);
}

void wx_event_read(const struct wx_event_account *account, int64_t id, const char *payload, struct buf *out) {
    AUTO_JSON cJSON *push = NULL;
    struct err err = {0};
    int64_t seconds;
    push = open_push(account, payload, &err);
    buf_printf(out, "{\"id\":%" PRId64, id);
    if (push != NULL && check(account, push, &seconds, &err))
        add_push(out, push, seconds);
    else
        add(out, "note", err.text);
    buf_char(out, '}');
}
