/* What a call was, by the request id in WeChat's answer: WeChat itself asks for it when one complains. */
#include <ctype.h>
#include <string.h>

#include "account.h"
#include "cmd.h"
#include "json.h"
#include "output.h"
#include "wechat.h"

enum { OPENID_LEN = 28, OPENID_SHOWN = 4, TEXT_MOST = HTTP_CAP_SMALL, TIME_SIZE = 24 };

static const struct output_column columns[] = {
    {"at", "AT", OUT_TEXT},
    {"took_ms", "TOOK MS", OUT_NUMBER},
    {"client_ip", "CALLED FROM", OUT_TEXT},
    {"request_url", "URL", OUT_TEXT},
    {"request_body", "REQUEST BODY", OUT_TEXT},
    {"response_body", "ANSWER", OUT_TEXT},
};

static bool in_id(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Words of the form of an openid keep their beginning. */
static void cover_persons(char *text) {
    for (char *at = text; *at != '\0';) {
        size_t len = 0;
        while (in_id(at[len]))
            len++;
        if (len == OPENID_LEN && at[0] == 'o')
            memset(at + OPENID_SHOWN, '*', len - OPENID_SHOWN);
        at += len > 0 ? len : 1;
    }
}

static bool add_text(const cJSON *request, const char *name, struct output *o, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *said = "";
    if (!json_may_text(request, name, 0, TEXT_MOST, NULL, &said, err))
        return false;
    buf_text(&text, said);
    if (text.len > 0)
        cover_persons(text.data);
    output_cell(o, buf_str(&text));
    return true;
}

static bool add_time(struct db *db, const cJSON *request, struct output *o, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t at = 0;
    if (!json_need_int(request, "invoke_time", 0, INT64_C(1) << 33, &at, err) ||
        !db_query(db, &sql_time_of, &rows, err, V_INT(at)))
        return false;
    output_cell(o, db_text(&rows, 0, "at"));
    return true;
}

bool cmd_account_rid(struct call *call, struct err *err) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.rid.1", columns, ARRAY_LEN(columns));
    AUTO_JSON cJSON *question = json_new();
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct account account;
    struct wx wx;
    int64_t took = 0;
    json_add_text(question, "rid", call->argument[1]);
    if (!account_get(call->work->db, call->argument[0], &account, err) ||
        !work_wx(call->work, account.id, &wx, err) || !call_json(&wx, WX_RID_GET, question, &reply, err))
        return false;
    const cJSON *request = json_object(reply.json, "request");
    if (!add_time(call->work->db, request, &o, err) ||
        !json_may_int(request, "cost_in_ms", 0, INT64_C(1) << 40, &took, err))
        return false;
    output_int(&o, took);
    for (size_t i = 2; i < ARRAY_LEN(columns); i++)
        if (!add_text(request, columns[i].name, &o, err))
            return false;
    output_record(&o, call->work);
    return true;
}
