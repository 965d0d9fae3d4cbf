/* WeChat's own addresses, and its view of ours: for firewalls and for the callback URL. */
#include "account.h"
#include "cmd.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "wechat.h"

static bool open_account(struct call *call, struct wx *wx, struct err *err) {
    struct account account;
    return account_get(call->work->db, call->arguments > 0 ? call->argument[0] : NULL, &account, err) &&
           work_wx(call->work, account.id, wx, err);
}

/* --- ip wechat --- */

static const struct {
    enum wx_endpoint_id endpoint;
    const char *direction;
    const char *use;
} lists[] = {
    {WX_API_DOMAIN_IP, "out", N_("this host calls these: let them out, port 443")},
    {WX_CALLBACK_IP, "in", N_("event pushes come from these: let them in to the callback URL")},
};

static const struct output_column addresses[] = {
    {"direction", "DIRECTION", OUT_TEXT},
    {"address", "ADDRESS", OUT_TEXT},
    {"use", "USE", OUT_TEXT},
};

/* Addresses and blocks of addresses, "101.226.103.0/25". */
static bool add_list(const struct wx_reply *reply, size_t which, struct output *o, struct err *err) {
    const cJSON *item;
    cJSON_ArrayForEach(item, json_array(reply->json, "ip_list")) {
        if (!cJSON_IsString(item))
            return fail(err, ERR_PROTOCOL, "ip_list: a text expected");
        output_cell(o, lists[which].direction);
        output_cell(o, item->valuestring);
        output_cell(o, _(lists[which].use));
    }
    return true;
}

bool cmd_ip_wechat(struct call *call, struct err *err) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ip-wechat.1", addresses, ARRAY_LEN(addresses));
    struct wx wx;
    if (!open_account(call, &wx, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        AUTO_WX_REPLY struct wx_reply reply = {0};
        if (!wx_call(&wx, lists[i].endpoint, NULL, &reply, err) || !add_list(&reply, i, &o, err))
            return false;
    }
    output_list(&o, call->work);
    return true;
}

/* --- ip callback --- */

/* A row of WeChat's answer: its members differ by kind. */
static const struct {
    const char *kind, *network, *loss, *time;
} checks[] = {
    {"dns", "real_operator", NULL, NULL},
    {"ping", "from_operator", "package_loss", "time"},
};

static const struct output_column results[] = {
    {"check", "CHECK", OUT_TEXT}, {"address", "ADDRESS", OUT_TEXT}, {"operator", "OPERATOR", OUT_TEXT},
    {"loss", "LOSS", OUT_TEXT},   {"time", "TIME", OUT_TEXT},
};

static bool add_member(const cJSON *item, const char *name, const char **value, struct err *err) {
    *value = NULL;
    return name == NULL || json_may_text(item, name, 0, 128, NULL, value, err);
}

static bool add_result(const cJSON *item, size_t which, struct output *o, struct err *err) {
    const char *cells[4];
    const char *names[4] = {"ip", checks[which].network, checks[which].loss, checks[which].time};
    output_cell(o, checks[which].kind);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!add_member(item, names[i], &cells[i], err))
            return false;
        output_cell(o, cells[i]);
    }
    return true;
}

bool cmd_ip_callback(struct call *call, struct err *err) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ip-callback.1", results, ARRAY_LEN(results));
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf body = {0};
    const cJSON *item;
    struct wx wx;
    buf_text(&body, "{\"action\":\"all\",\"check_operator\":\"DEFAULT\"}");
    if (!open_account(call, &wx, err) || !wx_call(&wx, WX_CALLBACK_CHECK, &body, &reply, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        cJSON_ArrayForEach(item, json_array(reply.json, checks[i].kind)) {
            if (!add_result(item, i, &o, err))
                return false;
        }
    }
    output_list(&o, call->work);
    return true;
}
