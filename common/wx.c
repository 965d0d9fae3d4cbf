#include "wx.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "lang.h"
#include "log.h"
#include "random.h"
#include "wx_private.h"

bool wx_open(struct wx *wx, const struct wx_tools *tools, int64_t account_id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    *wx = (struct wx){.tools = *tools, .account_id = account_id};
    if (!db_query(tools->db, &sql_wx_account, &rows, err, V_INT(account_id)))
        return false;
    if (rows.count == 0)
        return fail(err, ERR_INPUT, "there is no account %" PRId64, account_id);
    if (!db_bool(&rows, 0, "enabled"))
        return fail(err, ERR_CONFIG, "the account is disabled");
    text_copy(wx->appid, sizeof wx->appid, db_text(&rows, 0, "appid"));
    text_copy(wx->api_base, sizeof wx->api_base, db_text(&rows, 0, "api_base"));
    wx->time_scale = db_number(&rows, 0, "time_scale");
    return true;
}

bool wx_answered(struct wx *wx, const struct wx_endpoint *e, const struct wx_spent *spent,
                 const struct http_reply *answer, struct wx_reply *reply, struct err *err) {
    struct err ignored = {0};
    bool good = answer != NULL && wx_read(e, answer, reply, err);
    if (answer == NULL)
        wx_unanswered(reply, err);
    wx_usage_note(wx->tools.db, wx->account_id, e, spent, reply, &ignored);
    log_debug("wx_call", F_TEXT("path", e->path), F_TEXT("class", wx_rule(reply->class)->name),
              F_INT("errcode", reply->errcode), F_SECONDS("took", answer == NULL ? 0 : answer->seconds));
    return good;
}

/* Counted, sent, read, noted. reply->class stays WX_OK when it was not sent. */
static bool send_once(struct wx *wx, const struct wx_endpoint *e, const struct secret *token,
                      const struct wx_content *content, struct wx_reply *reply, struct err *err) {
    AUTO_REPLY struct http_reply answer = {0};
    AUTO_BUF struct buf query = {0};
    struct http_request request = {.base = wx->api_base,
                                   .path = e->path,
                                   .query = &query,
                                   .body = content->body,
                                   .file = content->file,
                                   .cap = e->cap};
    struct wx_spent spent;
    wx_reply_clear(reply);
    http_query(&query, "access_token", token->value);
    if (!wx_usage_spend(&wx->tools, wx->account_id, e, &spent, err))
        return false;
    bool answered = http_call(wx->tools.http, &request, &answer, err);
    return wx_answered(wx, e, &spent, answered ? &answer : NULL, reply, err);
}

/* Full jitter: 0..1 s, 0..2 s, at most 0..8 s. */
static void rest(const struct wx *wx, int tries) {
    clock_sleep(fmin(ldexp(1, tries - 1), 8) * random_unit() / wx->time_scale);
}

static bool send_with_tries(struct wx *wx, const struct wx_endpoint *e, const struct secret *token,
                            const struct wx_content *content, struct wx_reply *reply, struct err *err) {
    for (int tries = 1;; tries++) {
        if (send_once(wx, e, token, content, reply, err))
            return true;
        if (reply->class != WX_TRANSIENT || !e->repeatable || tries >= wx_rule(WX_TRANSIENT)->tries)
            return false;
        rest(wx, tries);
    }
}

bool wx_outcome_unknown(const struct wx_endpoint *e, const char *why, struct err *err) {
    fail(err, ERR_UNAVAILABLE, "%s: outcome unknown: look before repeating (%s)", e->path, why);
    return fail_cure(err, "look on the template's page or in mp.weixin.qq.com whether it was carried out");
}

bool wx_failed(const struct wx_endpoint *e, const struct wx_reply *reply, struct err *err) {
    if (e->repeatable || (reply->class != WX_TRANSIENT && reply->class != WX_GARBAGE))
        return false;
    return wx_outcome_unknown(e, reply->errmsg[0] != '\0' ? reply->errmsg : _(wx_rule(reply->class)->help), err);
}

/* What a failed call leaves behind, beside the ledger. */
static bool failed(struct wx *wx, const struct wx_endpoint *e, const struct wx_reply *reply, struct err *err) {
    struct err ignored = {0};
    if (reply->class == WX_HOST)
        wx_host_refused(wx->tools.db, wx->account_id, wx->tools.host, reply, &ignored);
    return wx_failed(e, reply, err);
}

static bool call(struct wx *wx, const struct wx_endpoint *e, const struct wx_content *content, struct wx_reply *reply,
                 struct err *err) {
    bool fresh = false;
    wx_reply_clear(reply);
    if (e->pass != WX_PASS_TOKEN || e->group == WX_TICKETS || (e->id == WX_UPLOAD_IMG) != (content->file != NULL))
        bug("%s cannot be called so", e->path);
    if (wx->tools.key == NULL)
        return wx_ask(wx, e, content, reply, err);
    for (int round = 1;; round++) {
        AUTO_SECRET struct secret token = {0};
        struct credential info;
        bool refreshed;
        if (!credential_use_token(&wx->tools, wx->account_id, &token, &info, &refreshed, err))
            return false;
        if (send_with_tries(wx, e, &token, content, reply, err))
            return true;
        if (reply->class != WX_TOKEN_STALE)
            return failed(wx, e, reply, err);
        credential_refused(&wx->tools, wx->account_id, e, &info, reply->errcode);
        /* One refresh and one repetition, whatever comes: anything else burns the day's tokens. */
        fresh = fresh || refreshed;
        if (round > 1 || fresh)
            return credential_rejected(&wx->tools, wx->account_id, info.epoch, reply, NULL) && false;
        if (!credential_suspect(wx->tools.db, wx->account_id, CREDENTIAL_TOKEN, info.epoch, err))
            return false;
        wx_reply_clear(reply);
    }
}

bool wx_call(struct wx *wx, enum wx_endpoint_id id, const struct buf *body, struct wx_reply *reply, struct err *err) {
    return call(wx, wx_endpoint(id), &(struct wx_content){.body = body}, reply, err);
}

bool wx_upload(struct wx *wx, enum wx_endpoint_id id, const struct http_file *file, struct wx_reply *reply,
               struct err *err) {
    return call(wx, wx_endpoint(id), &(struct wx_content){.file = file}, reply, err);
}

/* The AppSecret goes through no JSON library: it would leave copies in freed memory. */
bool wx_call_secret(struct wx *wx, enum wx_endpoint_id id, struct wx_reply *reply, struct err *err) {
    const struct wx_endpoint *e = wx_endpoint(id);
    AUTO_REPLY struct http_reply answer = {0};
    AUTO_SECRET struct secret secret = {0};
    AUTO_BUF struct buf body = {0};
    struct http_request request = {.base = wx->api_base, .path = e->path, .body = &body, .cap = e->cap};
    struct wx_spent spent;
    wx_reply_clear(reply);
    if (!credential_app_secret(&wx->tools, wx->account_id, wx->appid, &secret, err) ||
        !wx_usage_spend(&wx->tools, wx->account_id, e, &spent, err))
        return false;
    buf_text(&body, "{\"appid\":");
    json_quote(&body, wx->appid);
    buf_text(&body, ",\"appsecret\":");
    json_quote(&body, secret.value);
    buf_char(&body, '}');
    bool answered = http_call(wx->tools.http, &request, &answer, err);
    return wx_answered(wx, e, &spent, answered ? &answer : NULL, reply, err) || failed(wx, e, reply, err);
}
