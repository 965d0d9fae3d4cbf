#include "wx_api.h"

#include <limits.h>
#include <string.h>

#include "json.h"
#include "lang.h"
#include "log.h"
#include "text.h"

#define TOKEN_CHARS "A-Za-z0-9_-"
#define ID_CHARS "A-Za-z0-9_-"
/* Endpoints that answer nothing but "ok" must say so: an empty object may be anybody's. */
#define SAYS_OK                                                                                                      \
    {                                                                                                                \
        { "errcode", WX_FIELD_INT, 0, 0, NULL }                                                                      \
    }
#define SMALL HTTP_CAP_SMALL
#define LARGE HTTP_CAP_CARD

/* clang-format off */
static const struct wx_endpoint endpoints[WX_ENDPOINTS] = {
    [WX_TOKEN] = {WX_TOKEN, "GET", "/cgi-bin/token", WX_TOKENS, WX_PASS_QUERY_SECRET, SMALL, true, WX_BUDGET_TOKEN, false,
        {{"access_token", WX_FIELD_TEXT, 16, 512, TOKEN_CHARS}, {"expires_in", WX_FIELD_INT, 60, 7200, NULL}},
        "a new access_token; the one before lives 5 minutes longer", "3.1"},
    [WX_STABLE_TOKEN] = {WX_STABLE_TOKEN, "POST", "/cgi-bin/stable_token", WX_TOKENS, WX_PASS_BODY_SECRET, SMALL, true, WX_BUDGET_TOKEN, false,
        {{"access_token", WX_FIELD_TEXT, 16, 512, TOKEN_CHARS}, {"expires_in", WX_FIELD_INT, 60, 7200, NULL}},
        "the present access_token, a new one in its last 5 minutes", "3.2"},
    [WX_GETTICKET] = {WX_GETTICKET, "GET", "/cgi-bin/ticket/getticket", WX_TICKETS, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_TICKET, false,
        {{"ticket", WX_FIELD_TEXT, 16, 512, TOKEN_CHARS}, {"expires_in", WX_FIELD_INT, 60, 7200, NULL}},
        "the api_ticket that cards are signed with", "5"},
    [WX_CARD_CREATE] = {WX_CARD_CREATE, "POST", "/card/create", WX_CARDS, WX_PASS_TOKEN, LARGE, false, WX_BUDGET_CARD, false,
        {{"card_id", WX_FIELD_TEXT, 1, 32, ID_CHARS}},
        "makes a template and submits it to review", "8"},
    [WX_CARD_GET] = {WX_CARD_GET, "POST", "/card/get", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true,
        {{"card", WX_FIELD_OBJECT, 0, 0, NULL}},
        "a template as WeChat has it, with its review status", "9"},
    [WX_CARD_BATCHGET] = {WX_CARD_BATCHGET, "POST", "/card/batchget", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true,
        {{"card_id_list", WX_FIELD_LIST, 0, 0, NULL}, {"total_num", WX_FIELD_INT, 0, INT_MAX, NULL}},
        "the ids of the account's templates, 50 at a time", "9"},
    [WX_CARD_UPDATE] = {WX_CARD_UPDATE, "POST", "/card/update", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "changes a template; some fields go to review again", "9"},
    [WX_CARD_MODIFYSTOCK] = {WX_CARD_MODIFYSTOCK, "POST", "/card/modifystock", WX_CARDS, WX_PASS_TOKEN, LARGE, false, WX_BUDGET_CARD, false, SAYS_OK,
        "raises or lowers a template's stock by a number", "9"},
    [WX_CARD_DELETE] = {WX_CARD_DELETE, "POST", "/card/delete", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "ends a template for ever; added cards stay valid", "9"},
    [WX_CODE_GET] = {WX_CODE_GET, "POST", "/card/code/get", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "what became of a code", "11"},
    [WX_CODE_CONSUME] = {WX_CODE_CONSUME, "POST", "/card/code/consume", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "consumes a code for ever; asked twice it says so", "11"},
    [WX_CODE_DECRYPT] = {WX_CODE_DECRYPT, "POST", "/card/code/decrypt", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false,
        {{"code", WX_FIELD_TEXT, 1, 20, NULL}},
        "the code behind an encrypt_code", "11"},
    [WX_CODE_UNAVAILABLE] = {WX_CODE_UNAVAILABLE, "POST", "/card/code/unavailable", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "makes a code void for ever", "11"},
    [WX_CODE_DEPOSIT] = {WX_CODE_DEPOSIT, "POST", "/card/code/deposit", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "gives WeChat up to 100 codes to choose from", "10"},
    [WX_CODE_CHECK] = {WX_CODE_CHECK, "POST", "/card/code/checkcode", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false,
        {{"exist_code", WX_FIELD_LIST, 0, 0, NULL}, {"not_exist_code", WX_FIELD_LIST, 0, 0, NULL}},
        "which of up to 100 codes WeChat has", "10"},
    [WX_CODE_DEPOSITED] = {WX_CODE_DEPOSITED, "POST", "/card/code/getdepositcount", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true,
        {{"count", WX_FIELD_INT, 0, INT_MAX, NULL}},
        "how many codes WeChat has", "10"},
    [WX_TESTERS_SET] = {WX_TESTERS_SET, "POST", "/card/testwhitelist/set", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true, SAYS_OK,
        "who may add cards that are not approved yet", "12"},
    [WX_API_DOMAIN_IP] = {WX_API_DOMAIN_IP, "GET", "/cgi-bin/get_api_domain_ip", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"ip_list", WX_FIELD_LIST, 0, 0, NULL}},
        "the addresses of api.weixin.qq.com", "6"},
    [WX_CALLBACK_IP] = {WX_CALLBACK_IP, "GET", "/cgi-bin/getcallbackip", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"ip_list", WX_FIELD_LIST, 0, 0, NULL}},
        "the addresses that event pushes come from", "6"},
    [WX_CLEAR_QUOTA] = {WX_CLEAR_QUOTA, "POST", "/cgi-bin/clear_quota", WX_UTILITY, WX_PASS_TOKEN, SMALL, false, WX_BUDGET_UTILITY, false, SAYS_OK,
        "sets the day's call counts back, 10 times a month; an operator's decision", "6"},
    [WX_CLEAR_QUOTA_V2] = {WX_CLEAR_QUOTA_V2, "POST", "/cgi-bin/clear_quota/v2", WX_TOKENS, WX_PASS_BODY_SECRET, SMALL, false, WX_BUDGET_UTILITY, false, SAYS_OK,
        "the same with the AppSecret, where no access_token is to be had", "6"},
    [WX_QUOTA_CLEAR] = {WX_QUOTA_CLEAR, "POST", "/cgi-bin/openapi/quota/clear", WX_UTILITY, WX_PASS_TOKEN, SMALL, false, WX_BUDGET_UTILITY, false, SAYS_OK,
        "sets the count of one interface back, of the same 10", "6"},
    [WX_QUOTA_GET] = {WX_QUOTA_GET, "POST", "/cgi-bin/openapi/quota/get", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"quota", WX_FIELD_OBJECT, 0, 0, NULL}},
        "how many calls of an interface are left today", "6"},
    [WX_RID_GET] = {WX_RID_GET, "POST", "/cgi-bin/openapi/rid/get", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"request", WX_FIELD_OBJECT, 0, 0, NULL}},
        "what a call of the last 7 days was, by the rid in its answer", "6"},
    [WX_UPLOAD_IMG] = {WX_UPLOAD_IMG, "POST", "/cgi-bin/media/uploadimg", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"url", WX_FIELD_TEXT, 8, 512, NULL}},
        "gives WeChat a logo; the answer is its URL", "16"},
    [WX_CALLBACK_CHECK] = {WX_CALLBACK_CHECK, "POST", "/cgi-bin/callback/check", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, true,
        {{"dns", WX_FIELD_LIST, 0, 0, NULL}},
        "whether WeChat reaches the callback URL", "6"},
    [WX_DATACUBE_CARDS] = {WX_DATACUBE_CARDS, "POST", "/datacube/getcardbizuininfo", WX_UTILITY, WX_PASS_TOKEN, SMALL, true, WX_BUDGET_UTILITY, false,
        {{"list", WX_FIELD_LIST, 0, 0, NULL}},
        "the account's figures by the day, up to yesterday", "15"},
    [WX_QRCODE_CREATE] = {WX_QRCODE_CREATE, "POST", "/card/qrcode/create", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true,
        {{"ticket", WX_FIELD_TEXT, 1, 512, NULL}, {"url", WX_FIELD_TEXT, 8, 512, NULL}, {"show_qrcode_url", WX_FIELD_TEXT, 8, 1024, NULL}},
        "a QR code that gives cards away", "12"},
    [WX_LANDINGPAGE_CREATE] = {WX_LANDINGPAGE_CREATE, "POST", "/card/landingpage/create", WX_CARDS, WX_PASS_TOKEN, LARGE, false, WX_BUDGET_CARD, true,
        {{"url", WX_FIELD_TEXT, 8, 1024, NULL}},
        "a page of WeChat's that offers several cards", "12"},
    [WX_PAYCELL_SET] = {WX_PAYCELL_SET, "POST", "/card/paycell/set", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true, SAYS_OK,
        "opens or closes paying from the card", "13"},
    [WX_SELFCONSUMECELL_SET] = {WX_SELFCONSUMECELL_SET, "POST", "/card/selfconsumecell/set", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, true, SAYS_OK,
        "opens or closes consuming by the holder", "13"},
    [WX_CODE_UPDATE] = {WX_CODE_UPDATE, "POST", "/card/code/update", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "gives a ticket another code", "11"},
    [WX_MEETING_UPDATE] = {WX_MEETING_UPDATE, "POST", "/card/meetingticket/updateuser", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "changes seat and time of a meeting ticket", "14"},
    [WX_MOVIE_UPDATE] = {WX_MOVIE_UPDATE, "POST", "/card/movieticket/updateuser", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "changes seat and time of a movie ticket", "14"},
    [WX_BOARDING_CHECKIN] = {WX_BOARDING_CHECKIN, "POST", "/card/boardingpass/checkin", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false, SAYS_OK,
        "checks a boarding pass in", "14"},
    [WX_USER_CARDS] = {WX_USER_CARDS, "POST", "/card/user/getcardlist", WX_CARDS, WX_PASS_TOKEN, LARGE, true, WX_BUDGET_CARD, false,
        {{"card_list", WX_FIELD_LIST, 0, 0, NULL}},
        "the usable cards in a user's wallet", "11"},
};

/* The api_ticket's daily number is "very limited" and not published. */
static const int budget_limits[WX_BUDGETS] = {
    [WX_BUDGET_TOKEN] = 48, [WX_BUDGET_TICKET] = 60, [WX_BUDGET_CARD] = 0, [WX_BUDGET_UTILITY] = 0,
};
/* clang-format on */

const struct wx_endpoint *wx_endpoint(enum wx_endpoint_id id) {
    if (id >= WX_ENDPOINTS)
        bug("there is no endpoint %d", (int)id);
    return &endpoints[id];
}

const struct wx_endpoint *wx_endpoint_find(const char *path) {
    for (size_t i = 0; i < WX_ENDPOINTS; i++)
        if (strcmp(endpoints[i].path, path) == 0)
            return &endpoints[i];
    return NULL;
}

int wx_budget_limit(enum wx_budget budget) {
    return budget < WX_BUDGETS ? budget_limits[budget] : 0;
}

/* --- replies --- */

static void wipe(cJSON *value) {
    for (; value != NULL; value = value->next) {
        if (value->valuestring != NULL)
            explicit_bzero(value->valuestring, strlen(value->valuestring));
        wipe(value->child);
    }
}

void wx_reply_clear(struct wx_reply *reply) {
    if (reply == NULL)
        return;
    wipe(reply->json);
    cJSON_Delete(reply->json);
    *reply = (struct wx_reply){0};
}

/* Drops the answer, so that nobody reads what was found wrong. */
static bool garbage(const struct wx_endpoint *e, struct wx_reply *out, struct err *err) {
    wx_reply_clear(out);
    out->class = WX_GARBAGE;
    fail_in(err, "%s: not an answer of WeChat", e->path);
    safe_copy(out->errmsg, sizeof out->errmsg, err->text);
    return fail_cure(err, "look whether a proxy or captive portal stands between this host and WeChat");
}

static bool status_good(const struct wx_endpoint *e, const struct http_reply *reply, struct wx_reply *out,
                        struct err *err) {
    int status = reply->status;
    if (status == 200)
        return true;
    if (status == 429 || (status >= 500 && status <= 599)) {
        out->class = WX_TRANSIENT;
        fail(err, ERR_UNAVAILABLE, "%s: WeChat is busy (HTTP status %d)", e->path, status);
        safe_copy(out->errmsg, sizeof out->errmsg, err->text);
        return false;
    }
    fail(err, ERR_PROTOCOL, "HTTP status %d", status);
    return garbage(e, out, err);
}

/* A card from card/get is nested deeper and has more members than WeChat's short answers. */
static cJSON *parse(const struct wx_endpoint *e, const struct http_reply *reply, struct err *err) {
    static const struct json_limits card = {.depth = 16, .members = 256, .size = HTTP_CAP_CARD};
    static const struct json_limits small = {.size = HTTP_CAP_SMALL};
    return json_parse(buf_str(&reply->body), reply->body.len, e->group == WX_CARDS ? &card : &small, err);
}

/* errmsg may quote anything, a secret too. */
static bool read_errcode(struct wx_reply *out, struct err *err) {
    int64_t errcode = 0;
    const char *errmsg = NULL;
    cJSON *member = cJSON_GetObjectItemCaseSensitive(out->json, "errmsg");
    if (!json_may_int(out->json, "errcode", INT_MIN, INT_MAX, &errcode, err) ||
        !json_may_text(out->json, "errmsg", 0, HTTP_CAP_CARD, NULL, &errmsg, err))
        return false;
    out->errcode = (int)errcode;
    if (errmsg == NULL)
        return true;
    log_redact(member->valuestring);
    safe_copy(out->errmsg, sizeof out->errmsg, errmsg);
    return true;
}

/* What rid/get tells of a call has the token and the secrets that were sent with it. */
static void cover_secrets(cJSON *value) {
    for (; value != NULL; value = value->next) {
        if (value->valuestring != NULL)
            log_redact(value->valuestring);
        cover_secrets(value->child);
    }
}

/* 61004 is about the caller's address only when it says so. */
static enum wx_class class_of(const struct wx_endpoint *e, const struct wx_reply *reply) {
    if (reply->errcode == 61004 && strstr(reply->errmsg, "clientip") == NULL)
        return WX_PERMISSION;
    return wx_classify(e->group, reply->errcode);
}

static bool refused(const struct wx_endpoint *e, struct wx_reply *out, struct err *err) {
    const struct wx_error *row = wx_error_at(e->group, out->errcode);
    out->class = class_of(e, out);
    fail(err, wx_rule(out->class)->kind, "%s: WeChat answers %d, %s (%s)", e->path, out->errcode,
         row == NULL ? _("which is not known") : wx_error_meaning(row), out->errmsg);
    fail_cure(err, "%s", row == NULL ? _("look the number up in WeChat's list of return codes") : wx_error_cure(row));
    if (err != NULL)
        err->errcode = out->errcode;
    return false;
}

static bool field_good(const struct wx_field *f, const cJSON *json, struct err *err) {
    const char *text;
    int64_t number;
    switch (f->type) {
    case WX_FIELD_TEXT:
        return json_need_text(json, f->name, (size_t)f->low, (size_t)f->high, f->charset, &text, err);
    case WX_FIELD_INT:
        return json_need_int(json, f->name, f->low, f->high, &number, err);
    case WX_FIELD_OBJECT:
        return json_object(json, f->name) != NULL || fail(err, ERR_PROTOCOL, "%s: object expected", f->name);
    case WX_FIELD_LIST:
        return json_array(json, f->name) != NULL || fail(err, ERR_PROTOCOL, "%s: list expected", f->name);
    case WX_FIELD_NONE:
    default:
        return true;
    }
}

static bool fields_good(const struct wx_endpoint *e, const cJSON *json, struct err *err) {
    for (size_t i = 0; i < WX_FIELDS; i++)
        if (!field_good(&e->fields[i], json, err))
            return false;
    return true;
}

bool wx_read(const struct wx_endpoint *e, const struct http_reply *reply, struct wx_reply *out, struct err *err) {
    struct err unused = {0};
    struct err *e_or_own = err == NULL ? &unused : err;
    wx_reply_clear(out);
    if (!status_good(e, reply, out, e_or_own))
        return false;
    out->json = parse(e, reply, e_or_own);
    if (out->json == NULL || !read_errcode(out, e_or_own))
        return garbage(e, out, e_or_own);
    if (out->errcode != 0)
        return refused(e, out, e_or_own);
    if (!fields_good(e, out->json, e_or_own))
        return garbage(e, out, e_or_own);
    if (e->id == WX_RID_GET)
        cover_secrets(out->json);
    out->class = WX_OK;
    return true;
}

void wx_unanswered(struct wx_reply *out, const struct err *err) {
    wx_reply_clear(out);
    out->class = err->kind == ERR_CONFIG ? WX_CONFIG : WX_TRANSIENT;
    safe_copy(out->errmsg, sizeof out->errmsg, err->text);
}
