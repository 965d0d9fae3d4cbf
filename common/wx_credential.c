#include "wx_credential.h"

#include <string.h>

#include "clock.h"
#include "fault.h"
#include "json.h"
#include "lang.h"
#include "log.h"
#include "wx_usage.h"

/* How long to wait for another worker that is at it; its lease is 30 s, its call at most 10. */
static const double OTHER_SECONDS = 12, ASK_AGAIN_SECONDS = 0.2;

/* What stands in the way of a refresh, as credential_hindrance() names it. */
struct hindrance {
    const char *name;
    enum err_kind kind;
    const char *text;
    const char *cure;
};
/* clang-format off */
static const struct hindrance hindrances[] = {
    {"disabled",  ERR_CONFIG,     N_("the account is disabled"), N_("enable it on the account's page")},
    {"no_secret", ERR_CONFIG,     N_("the account has no AppSecret"), N_("enter the AppSecret on the account's form")},
    {"leased",    ERR_BUSY,       N_("another worker is refreshing it"), ""},
    {"breaker",   ERR_BUSY,       N_("it failed too often and rests for a while"), N_("see the account's page for the cause; \"try again\" there ends the rest")},
    {"budget",    ERR_BUSY,       N_("the day's refreshes are used up"), N_("look on the account's page for what asks so often; it goes on after midnight in China")},
    {"blocked",   ERR_PERMISSION, N_("WeChat refuses this host for the account, or its key does not open the AppSecret"), N_("run kaquan-worker ip check on this host")},
};
/* clang-format on */

static bool hindered(const struct credential *info, enum credential_kind kind, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(hindrances); i++) {
        const struct hindrance *h = &hindrances[i];
        if (strcmp(info->hindrance, h->name) != 0)
            continue;
        fail(err, h->kind, "the %s cannot be refreshed: %s", credential_kind_name(kind), _(h->text));
        return fail_cure(err, "%s", _(h->cure));
    }
    return fail(err, ERR_BUSY, "the %s cannot be refreshed yet: the last try failed", credential_kind_name(kind));
}

/* --- one question to WeChat --- */

/* The AppSecret goes through no JSON library: it would leave copies in freed memory. */
static void stable_body(const struct credential_lease *lease, struct buf *body) {
    buf_text(body, "{\"grant_type\":\"client_credential\",\"appid\":");
    json_quote(body, lease->appid);
    buf_text(body, ",\"secret\":");
    json_quote(body, lease->app_secret.value);
    buf_printf(body, ",\"force_refresh\":%s}", lease->force ? "true" : "false");
}

static void classic_query(const struct credential_lease *lease, struct buf *query) {
    http_query(query, "grant_type", "client_credential");
    http_query(query, "appid", lease->appid);
    http_query(query, "secret", lease->app_secret.value);
}

/* Counted, sent, read, noted. False with reply->class set when WeChat did not give what was asked for, and with class
 * WX_OK when it was not asked at all (the database failed, the lease is too old). */
static bool ask(const struct wx_tools *tools, const struct credential_lease *lease, enum wx_endpoint_id id,
                const struct buf *query, const struct buf *body, struct wx_reply *reply, struct err *err) {
    AUTO_REPLY struct http_reply answer = {0};
    const struct wx_endpoint *e = wx_endpoint(id);
    struct http_request request = {
        .base = lease->api_base, .path = e->path, .query = query, .body = body, .cap = e->cap};
    struct wx_spent spent;
    struct err ignored = {0};
    bool good = false;
    wx_reply_clear(reply);
    if (clock_seconds() + HTTP_TIMEOUT_MS / 1000.0 > lease->deadline)
        return fail(err, ERR_LOST, "%s: the lease is too old to call with", e->path);
    if (!wx_usage_spend(tools, lease->account_id, e, &spent, err))
        return false;
    FAULT("credential_before_call");
    if (http_call(tools->http, &request, &answer, err))
        good = wx_read(e, &answer, reply, err);
    else
        wx_unanswered(reply, err);
    FAULT("credential_after_answer");
    wx_usage_note(tools->db, lease->account_id, e, &spent, reply, &ignored);
    return good;
}

/* Keeps a good answer. The value is copied out of the reply, which is wiped. */
static bool keep(const struct wx_tools *tools, const struct credential_lease *lease, const struct wx_reply *reply,
                 enum credential_outcome *outcome, struct err *err) {
    AUTO_SECRET struct secret value = {0};
    const char *name = lease->kind == CREDENTIAL_TOKEN ? "access_token" : "ticket";
    const char *text = "";
    int64_t expires_in = 0;
    if (!json_need_text(reply->json, name, 1, SECRET_MAX, NULL, &text, err) ||
        !json_need_int(reply->json, "expires_in", 1, INT32_MAX, &expires_in, err) ||
        !secret_set(&value, text, strlen(text)))
        return false;
    if (!credential_store(tools, lease, &value, expires_in, outcome, err))
        return false;
    FAULT("credential_after_store");
    return true;
}

/* The failure is noted; `err` keeps what WeChat said. */
static bool give_up(const struct wx_tools *tools, const struct credential_lease *lease,
                    const struct wx_reply *reply) {
    struct err ignored = {0};
    if (reply->class != WX_OK)
        credential_fail(tools, lease, reply, &ignored);
    return false;
}

/* --- the access_token --- */

static bool refresh_token(const struct wx_tools *tools, int64_t account_id, bool anyway,
                          enum credential_outcome *outcome, struct err *err) {
    AUTO_LEASE struct credential_lease lease = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf text = {0};
    bool taken, answered;
    if (!credential_acquire(tools, account_id, CREDENTIAL_TOKEN, anyway, &lease, &taken, err))
        return false;
    if (!taken)
        return true;
    if (lease.classic)
        classic_query(&lease, &text);
    else
        stable_body(&lease, &text);
    answered = lease.classic ? ask(tools, &lease, WX_TOKEN, &text, NULL, &reply, err)
                             : ask(tools, &lease, WX_STABLE_TOKEN, NULL, &text, &reply, err);
    if (!answered)
        return give_up(tools, &lease, &reply);
    return keep(tools, &lease, &reply, outcome, err) && wx_host_listed(tools->db, account_id, tools->host, err);
}

static bool good(const struct credential *info) {
    return info->there && !info->suspect && !info->rejected && info->seconds_left > 0;
}

static bool stopped_for_a_minute(struct err *err) {
    fail(err, ERR_BUSY, "WeChat rejects even fresh access_tokens of this account");
    return fail_cure(err, "look for another system that refreshes tokens of this account by force, and for a notice "
                          "in mp.weixin.qq.com that the account is restricted");
}

/* Nothing was done because another worker does it: wait until it has. */
static bool wait_for_other(const struct wx_tools *tools, int64_t account_id, struct credential *info,
                           struct err *err) {
    double deadline = clock_seconds() + OTHER_SECONDS;
    for (;;) {
        if (!credential_look(tools, account_id, CREDENTIAL_TOKEN, info, err))
            return false;
        if (good(info))
            return true;
        if (strcmp(info->hindrance, "leased") != 0 || clock_seconds() > deadline)
            return hindered(info, CREDENTIAL_TOKEN, err);
        clock_sleep(ASK_AGAIN_SECONDS);
    }
}

bool credential_use_token(const struct wx_tools *tools, int64_t account_id, struct secret *value,
                          struct credential *info, bool *refreshed, struct err *err) {
    enum credential_outcome outcome = CREDENTIAL_NOTHING;
    *refreshed = false;
    if (!credential_look(tools, account_id, CREDENTIAL_TOKEN, info, err))
        return false;
    if (info->rejected)
        return stopped_for_a_minute(err);
    if (!good(info)) {
        if (!refresh_token(tools, account_id, false, &outcome, err))
            return false;
        *refreshed = outcome != CREDENTIAL_NOTHING;
        if (!*refreshed && !wait_for_other(tools, account_id, info, err))
            return false;
    }
    return credential_load(tools, account_id, CREDENTIAL_TOKEN, value, info, err);
}

void credential_refused(const struct wx_tools *tools, int64_t account_id, const struct wx_endpoint *e,
                        const struct credential *info, int errcode) {
    struct err why = {0};
    if (info->seconds_left <= 0)
        return; /* its time was over */
    log_warn("access_token_refused_early", F_INT("account", account_id), F_INT("epoch", info->epoch),
             F_INT("errcode", errcode), F_TEXT("path", e->path));
    if (!db_do(tools->db, &sql_token_refused, &why, V_INT(account_id), V_INT(info->epoch), V_TEXT(e->path),
               V_INT(errcode), V_TEXT(tools->host), V_SECONDS(info->wechat_age), V_SECONDS(info->seconds_left)))
        log_warn("token_refusal_not_noted", F_TEXT("why", why.text));
}

bool credential_rejected(const struct wx_tools *tools, int64_t account_id, int64_t epoch,
                         const struct wx_reply *reply, struct err *err) {
    log_error("access_token_rejected", F_INT("account", account_id), F_INT("epoch", epoch),
              F_INT("errcode", reply->errcode), F_TEXT("text", reply->errmsg));
    return db_do(tools->db, &sql_credential_reject, err, V_INT(account_id), V_INT(epoch), V_INT(reply->errcode),
                 V_TEXT(reply->errmsg), V_TEXT(tools->host));
}

/* --- the api_ticket --- */

enum ticket_answer { TICKET_KEPT, TICKET_STALE_TOKEN, TICKET_FAILED };

/* One lease, one question. A token that WeChat rejects is told from the rest: it is worth a second round. */
static enum ticket_answer ask_ticket(const struct wx_tools *tools, const struct credential_lease *lease,
                                     const struct secret *token, enum credential_outcome *outcome, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf query = {0};
    http_query(&query, "access_token", token->value);
    http_query(&query, "type", "wx_card");
    if (ask(tools, lease, WX_GETTICKET, &query, NULL, &reply, err))
        return keep(tools, lease, &reply, outcome, err) ? TICKET_KEPT : TICKET_FAILED;
    give_up(tools, lease, &reply);
    return reply.class == WX_TOKEN_STALE ? TICKET_STALE_TOKEN : TICKET_FAILED;
}

/* `again` is set when the token was stale and is now marked so. */
static bool refresh_ticket_once(const struct wx_tools *tools, int64_t account_id, bool anyway, bool second,
                                bool *again, enum credential_outcome *outcome, struct err *err) {
    AUTO_LEASE struct credential_lease lease = {0};
    AUTO_SECRET struct secret token = {0};
    struct wx_reply stale = {.class = WX_TOKEN_STALE};
    struct credential info;
    bool taken, refreshed;
    enum ticket_answer answer;
    *again = false;
    if (!credential_use_token(tools, account_id, &token, &info, &refreshed, err) ||
        !credential_acquire(tools, account_id, CREDENTIAL_TICKET, anyway, &lease, &taken, err))
        return false;
    if (!taken)
        return true;
    answer = ask_ticket(tools, &lease, &token, outcome, err);
    if (answer != TICKET_STALE_TOKEN)
        return answer == TICKET_KEPT;
    stale.errcode = err == NULL ? 0 : err->errcode;
    credential_refused(tools, account_id, wx_endpoint(WX_GETTICKET), &info, stale.errcode);
    if (second || refreshed)
        return credential_rejected(tools, account_id, info.epoch, &stale, NULL) && false;
    *again = credential_suspect(tools->db, account_id, CREDENTIAL_TOKEN, info.epoch, err);
    return false;
}

static bool refresh_ticket(const struct wx_tools *tools, int64_t account_id, bool anyway,
                           enum credential_outcome *outcome, struct err *err) {
    struct credential info;
    bool again, unused;
    if (!credential_look(tools, account_id, CREDENTIAL_TICKET, &info, err))
        return false;
    if (info.hindrance[0] != '\0' || (!info.due && !anyway))
        return true;
    if (refresh_ticket_once(tools, account_id, anyway, false, &again, outcome, err))
        return true;
    return again && refresh_ticket_once(tools, account_id, true, true, &unused, outcome, err);
}

bool credential_refresh(const struct wx_tools *tools, int64_t account_id, enum credential_kind kind, bool anyway,
                        enum credential_outcome *outcome, struct err *err) {
    *outcome = CREDENTIAL_NOTHING;
    return kind == CREDENTIAL_TOKEN ? refresh_token(tools, account_id, anyway, outcome, err)
                                    : refresh_ticket(tools, account_id, anyway, outcome, err);
}
