#include "api.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "rid.h"

/* clang-format off */
const struct endpoint ENDPOINTS[] = {
    {"GET",  "/cgi-bin/token",               false, NULL,              0, api_token,                2000,   "access_token, legacy: every call replaces it"},
    {"POST", "/cgi-bin/stable_token",        false, &BODY_TOKEN,       0, api_stable_token,         500000, "access_token, stable: the same one until its last 5 minutes"},
    {"GET",  "/cgi-bin/ticket/getticket",    true,  NULL,              0, api_getticket,            100000, "api_ticket (type wx_card) or jsapi_ticket (type jsapi)"},
    {"POST", "/card/create",                 true,  &BODY_CREATE,      0, api_card_create,          100000, "a new template; its review begins"},
    {"POST", "/card/get",                    true,  &BODY_CARD_ID,     0, api_card_get,             100000, "a template with status and stock"},
    {"POST", "/card/batchget",               true,  &BODY_BATCHGET,    0, api_card_batchget,        100000, "ids of the account's templates"},
    {"POST", "/card/update",                 true,  &BODY_UPDATE,      FIELD_UPDATABLE, api_card_update, 100000, "changes a template"},
    {"POST", "/card/modifystock",            true,  &BODY_MODIFYSTOCK, 0, api_card_modifystock,     100000, "raises or lowers the stock"},
    {"POST", "/card/delete",                 true,  &BODY_CARD_ID,     0, api_card_delete,          100000, "ends a template for ever"},
    {"POST", "/card/code/get",               true,  &BODY_CODE,        0, api_code_get,             1000000, "state of a code"},
    {"POST", "/card/code/consume",           true,  &BODY_CODE,        0, api_code_consume,         1000000, "consumes a code for ever"},
    {"POST", "/card/code/decrypt",           true,  &BODY_DECRYPT,     0, api_code_decrypt,         1000000, "encrypt_code to code"},
    {"POST", "/card/code/unavailable",       true,  &BODY_CODE,        0, api_code_unavailable,     1000000, "makes a code void for ever"},
    {"POST", "/card/code/deposit",           true,  &BODY_CODES,       0, api_code_deposit,         1000000, "deposits up to 100 codes"},
    {"POST", "/card/code/checkcode",         true,  &BODY_CODES,       0, api_code_checkcode,       1000000, "which of up to 100 codes are deposited"},
    {"POST", "/card/code/getdepositcount",   true,  &BODY_CARD_ID,     0, api_code_getdepositcount, 1000000, "how many codes are deposited"},
    {"POST", "/card/code/update",            true,  &BODY_NEW_CODE,    0, api_code_update,          1000000, "gives a custom code another one's place"},
    {"POST", "/card/meetingticket/updateuser", true, &BODY_MEETING,    0, api_ticket_update,        1000000, "seat and time of a meeting ticket"},
    {"POST", "/card/movieticket/updateuser", true,  &BODY_MOVIE,       0, api_ticket_update,        1000000, "seat and time of a movie ticket"},
    {"POST", "/card/boardingpass/checkin",   true,  &BODY_BOARDING,    0, api_ticket_update,        1000000, "checks a boarding pass in"},
    {"POST", "/card/user/getcardlist",       true,  &BODY_WALLET,      0, api_user_getcardlist,     1000000, "the usable codes of a user"},
    {"POST", "/card/testwhitelist/set",      true,  &BODY_TESTERS,     0, api_testwhitelist_set,    1000,   "users who may add cards before the review ends"},
    {"POST", "/card/qrcode/create",          true,  &BODY_QRCODE,      0, api_qrcode_create,        10000,  "a QR code that gives a card away, or several"},
    {"POST", "/card/landingpage/create",     true,  &BODY_LANDING,     0, api_landingpage_create,   10000,  "a page that offers cards"},
    {"POST", "/card/paycell/set",            true,  &BODY_PAYCELL,     0, api_paycell_set,          10000,  "opens or closes paying from the card"},
    {"POST", "/card/selfconsumecell/set",    true,  &BODY_SELFCONSUME, 0, api_selfconsumecell_set,  10000,  "opens or closes consuming by the holder"},
    {"GET",  "/cgi-bin/get_api_domain_ip",   true,  NULL,              0, api_get_api_domain_ip,    10000,  "addresses of the API"},
    {"GET",  "/cgi-bin/getcallbackip",       true,  NULL,              0, api_getcallbackip,        10000,  "addresses that events come from"},
    {"POST", "/cgi-bin/clear_quota",         true,  &BODY_CLEAR_QUOTA, 0, api_clear_quota,          0,      "sets the day's counters back; 10 times a month"},
    {"POST", "/cgi-bin/clear_quota/v2",      false, &BODY_CLEAR_QUOTA_V2, 0, api_clear_quota_v2,   0,      "the same with the AppSecret in place of a token"},
    {"POST", "/cgi-bin/openapi/quota/clear", true,  &BODY_QUOTA,       0, api_quota_clear,          0,      "sets one path's counter back; of the same 10"},
    {"POST", "/cgi-bin/openapi/quota/get",   true,  &BODY_QUOTA,       0, api_quota_get,            0,      "a path's daily limit and what is used of it"},
    {"POST", "/cgi-bin/openapi/rid/get",     true,  &BODY_RID,         0, api_rid_get,              0,      "what a refused call was, by the rid of its errmsg"},
    {"POST", "/cgi-bin/media/uploadimg",     true,  NULL,              0, api_uploadimg,            10000,  "uploads a picture, gives its address"},
    {"POST", "/cgi-bin/callback/check",      true,  &BODY_CALLBACK,    0, api_callback_check,       10000,  "whether the callback URL is reached"},
    {"POST", "/datacube/getcardbizuininfo",  true,  &BODY_DATACUBE,    0, api_getcardbizuininfo,    10000,  "the account's figures by the day"},
};
/* clang-format on */
const size_t ENDPOINT_COUNT = COUNT_OF(ENDPOINTS);

const struct endpoint *endpoint_find(const char *path) {
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (strcmp(ENDPOINTS[i].path, path) == 0)
            return &ENDPOINTS[i];
    return NULL;
}

void refuse(struct call *c, int errcode) {
    refuse_with(c, errcode, "%s", errcode_text(errcode));
}

void refuse_with(struct call *c, int errcode, const char *format, ...) {
    va_list args;
    if (c->errcode)
        return; /* the first refusal stands */
    c->errcode = errcode;
    va_start(args, format);
    vsnprintf(c->errmsg, sizeof c->errmsg, format, args);
    va_end(args);
}

cJSON *reply_ok(struct call *c) {
    c->reply = cJSON_CreateObject();
    cJSON_AddNumberToObject(c->reply, "errcode", 0);
    cJSON_AddStringToObject(c->reply, "errmsg", "ok");
    return c->reply;
}

/* Whose call is it? By the token, good or not; at the token endpoints by the appid. */
static void find_account(struct call *c) {
    const char *token = request_query(c->r, "access_token");
    if (c->endpoint == NULL)
        return;
    if (!c->endpoint->needs_token) {
        c->account = account_find(c->w, c->endpoint->body ? text_in(c->body, "appid") : request_query(c->r, "appid"));
        return;
    }
    struct token *t = token ? token_find(c->w, token, &c->token_state) : NULL;
    c->account = t ? t->owner : NULL;
}

void call_begin(struct call *c, struct world *w, const struct request *r) {
    memset(c, 0, sizeof *c);
    c->w = w;
    c->r = r;
    c->endpoint = endpoint_find(r->path);
    if (c->endpoint && c->endpoint->body)
        c->body = body_parse(r->body, r->size, &c->rest);
    find_account(c);
}

void call_end(struct call *c) {
    cJSON_Delete(c->body);
    cJSON_Delete(c->reply);
    c->body = c->reply = NULL;
}

struct counter *call_counter(const struct call *c) {
    return counter_of(c->w, c->account ? c->account->appid : NULL, c->r->path,
                      c->endpoint ? c->endpoint->daily_limit : 0);
}

/* 47001 with a look at the body: `rest` is what follows the place of the error. */
static void refuse_format(struct call *c, const char *rest) {
    char hint[15];
    size_t length = strnlen(rest, 32);
    while (length > 0 && !text_is_utf8(rest, length))
        length--;
    random_text(hint, sizeof hint - 1, ALPHABET_ALNUM);
    refuse_with(c, 47001, "data format error hint: [%s] Error before \"%.*s\"", hint, (int)length, rest);
}

static void check_schema(struct call *c) {
    int copies = 1;
    const struct endpoint *e = c->endpoint;
    if (!c->w->set.strict_body)
        return;
    const char *name = schema_misfit(e->body, c->body, 0, &copies);
    if (name) {
        refuse_format(c, body_after_key(c->r->body, name, copies));
        return;
    }
    name = schema_misfit(e->body, c->body, e->known, &copies);
    if (name && c->w->set.not_updatable_errcode == 47001)
        refuse_format(c, body_after_key(c->r->body, name, copies));
    else if (name)
        refuse(c, (int)c->w->set.not_updatable_errcode);
}

static void check_body(struct call *c) {
    if (c->endpoint->body == NULL)
        return;
    if (c->r->size == 0)
        refuse(c, 44002);
    else if (c->w->set.refuse_unicode_escapes && body_has_unicode_escape(c->r->body, c->r->size))
        refuse(c, 47002);
    else if (c->body == NULL)
        refuse_format(c, c->rest ? c->rest : "");
    else
        check_schema(c);
}

static void check_token(struct call *c) {
    static const int errcodes[] = {
        [TOKEN_GOOD] = 0,           [TOKEN_MALFORMED] = 40014, [TOKEN_UNKNOWN] = 40001,
        [TOKEN_SUPERSEDED] = 40001, [TOKEN_EXPIRED] = 42001,
    };
    const char *token = request_query(c->r, "access_token");
    if (!c->endpoint->needs_token)
        return;
    if (token == NULL || *token == '\0')
        refuse(c, 41001);
    else if (errcodes[c->token_state])
        refuse(c, errcodes[c->token_state]);
    else if (c->w->set.whitelist_everywhere && !account_admits(c->account, c->r->peer))
        refuse_with(c, 61004, "access clientip is not registered requestIP: %s", c->r->peer);
}

bool call_spend(struct call *c) {
    if (c->errcode || counter_spend(c->w, call_counter(c)))
        return c->errcode == 0;
    refuse(c, 45009);
    return false;
}

static void check_method(struct call *c) {
    if (c->endpoint == NULL)
        refuse(c, 40066);
    else if (c->endpoint->method[0] == 'G' && !c->r->is_get)
        refuse(c, 43001);
    else if (c->endpoint->method[0] == 'P' && !c->r->is_post)
        refuse(c, 43002);
}

/* For rid/get. */
static void note_refusal(const struct call *c, const char *answer) {
    const char *token = request_query(c->r, "access_token");
    cJSON *request = cJSON_CreateObject();
    char *url = need_format("access_token=%s", token ? token : "");
    cJSON_AddNumberToObject(request, "invoke_time", (double)real_seconds());
    cJSON_AddNumberToObject(request, "cost_in_ms", 1);
    cJSON_AddStringToObject(request, "request_url", url);
    cJSON_AddStringToObject(request, "request_body", c->body ? c->r->body : "");
    cJSON_AddStringToObject(request, "response_body", answer);
    cJSON_AddStringToObject(request, "client_ip", c->r->peer);
    free(url);
    rid_note(c->w, c->account ? c->account->appid : "", answer, request);
}

char *call_answer(struct call *c) {
    check_method(c);
    if (!c->errcode)
        check_body(c);
    if (!c->errcode)
        check_token(c);
    if (!c->errcode && c->endpoint->needs_token)
        call_spend(c);
    if (!c->errcode)
        c->endpoint->run(c);
    if (c->errcode) {
        counter_refusal(call_counter(c), c->errcode);
        char *answer = error_text(c->errcode, c->errmsg);
        note_refusal(c, answer);
        return answer;
    }
    cJSON *reply = c->reply;
    c->reply = NULL;
    return print_reply(reply);
}

struct card *call_card(struct call *c) {
    const char *card_id = text_in(c->body, "card_id");
    if (card_id == NULL || *card_id == '\0') {
        refuse(c, 41012);
        return NULL;
    }
    struct card *card = card_find(c->w, c->account, card_id);
    if (card == NULL)
        refuse(c, 40073);
    return card;
}
