#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "cmd.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "template.h"

static const struct output_column columns[] = {
    {"key", "TEMPLATE", OUT_TEXT},         {"account", "ACCOUNT", OUT_TEXT}, {"title", "TITLE", OUT_TEXT},
    {"card_type", "TYPE", OUT_TEXT},       {"code_mode", "CODES", OUT_TEXT}, {"status", "STATUS", OUT_TEXT},
    {"card_id", "CARD ID", OUT_ID},        {"stock", "STOCK", OUT_NUMBER},   {"paused", "PAUSED", OUT_BOOL},
    {"pool_target", "TARGET", OUT_NUMBER}, {"pool_low", "LOW", OUT_NUMBER},  {"unsent", "UNSENT", OUT_BOOL},
};

static const struct output_column all[] = {
    {"key", "template", OUT_TEXT},
    {"account", "account", OUT_TEXT},
    {"title", "title", OUT_TEXT},
    {"card_type", "type", OUT_TEXT},
    {"code_mode", "codes", OUT_TEXT},
    {"bind_openid", "bound to openid", OUT_BOOL},
    {"status", "status", OUT_TEXT},
    {"wechat_status", "WeChat says", OUT_TEXT},
    {"refuse_reason", "refused because", OUT_TEXT},
    {"card_id", "card id", OUT_TEXT},
    {"stock", "stock", OUT_NUMBER},
    {"paused", "paused", OUT_BOOL},
    {"pool_target", "pool target", OUT_NUMBER},
    {"pool_low", "pool low water", OUT_NUMBER},
    {"sale", "sale", OUT_TEXT},
    {"revision", "revisions sent", OUT_NUMBER},
    {"unsent", "changed since", OUT_BOOL},
    {"seen_at", "last looked at", OUT_TEXT},
    {"version", "version", OUT_NUMBER},
    {"body", "card", OUT_JSON},
};

bool cmd_template_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(call->work->db, &sql_template_list, &rows, err))
        return false;
    output_db("kaquan.template.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

bool cmd_template_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.template-full.1", all, ARRAY_LEN(all));
    struct template t;
    if (!template_get(call->work->db, call->argument[0], &t, err) ||
        !db_query(call->work->db, &sql_template_show, &rows, err, V_TEXT(t.key)))
        return false;
    output_rows(&o, &rows);
    output_record(&o, call->work);
    return true;
}

/* "posters/adult.json" is adult, unless --key says otherwise. */
static bool take_key(const struct call *call, char key[TEMPLATE_KEY_SIZE], struct err *err) {
    const char *path = call->argument[0], *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char base[TEMPLATE_KEY_SIZE + 8];
    size_t len = strlen(name);
    if (call->option[OPT_KEY] == NULL && strcmp(path, "-") == 0) {
        fail(err, ERR_USAGE, "standard input has no name: what shall the template's key be?");
        return fail_cure(err, "add --key KEY");
    }
    if (len > 5 && strcmp(name + len - 5, ".json") == 0)
        len -= 5;
    snprintf(base, sizeof base, "%.*s", int_of(len), name);
    if (text_copy(key, TEMPLATE_KEY_SIZE, call->option[OPT_KEY] != NULL ? call->option[OPT_KEY] : base))
        return true;
    fail(err, ERR_INPUT, "the key of a template has at most %d characters", TEMPLATE_KEY_SIZE - 1);
    return fail_cure(err, "add --key KEY");
}

bool cmd_template_import(struct call *call, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_JSON cJSON *body = NULL;
    const char *path = call->argument[0];
    struct act act = call_act(call);
    struct account account;
    struct template t = {0};
    int64_t seen = -1;
    bool added;
    if (!take_key(call, t.key, err) || !call_int(call, OPT_SEEN, 0, INT32_MAX, &seen, err) ||
        !account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !ask_file(path, TEMPLATE_BODY_MAX, false, &text, err))
        return false;
    t.account_id = account.id;
    t.version = (int)seen;
    body = template_read(buf_str(&text), text.len, &t, err);
    if (body == NULL)
        return fail_in(err, "%s", strcmp(path, "-") == 0 ? _("standard input") : path);
    if (!template_import(call->work->db, &act, &t, body, &added, err))
        return false;
    say(call, added ? N_("template %s was added: %s, codes: %s") : N_("template %s was changed: %s, codes: %s"),
        t.key, t.title, t.code_mode);
    say(call, "next: kaquan-worker template %s %s", t.card_id[0] ? "push" : "submit", t.key);
    return true;
}

bool cmd_template_submit(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    struct act act = call_act(call);
    int64_t job;
    if (!template_submit(call->work->db, &act, call->argument[0], &job, err))
        return false;
    output_int(&o, job);
    output_record(&o, call->work);
    say(call, "template %s is queued for WeChat's review", call->argument[0]);
    say(call, "next: kaquan-worker job show %lld", (long long)job);
    return true;
}

static bool take_switch(const char *text, bool *out, struct err *err) {
    *out = text != NULL && strcmp(text, "on") == 0;
    if (text == NULL || *out || strcmp(text, "off") == 0)
        return true;
    return fail(err, ERR_USAGE, "--paused: on or off expected, not \"%s\"", text);
}

bool cmd_template_set(struct call *call, struct err *err) {
    const char *key = call->argument[0];
    struct act act = call_act(call);
    int64_t target = 0, low = 0;
    bool paused;
    struct template_change change = {.sale_from = call->option[OPT_SALE_FROM],
                                     .sale_until = call->option[OPT_SALE_UNTIL]};
    if (!call_int(call, OPT_TARGET, 1, 100000000, &target, err) ||
        !call_int(call, OPT_LOW, 0, 100000000, &low, err) || !take_switch(call->option[OPT_PAUSED], &paused, err))
        return false;
    change.target = call->option[OPT_TARGET] ? &target : NULL;
    change.low = call->option[OPT_LOW] ? &low : NULL;
    change.paused = call->option[OPT_PAUSED] ? &paused : NULL;
    if (!change.target && !change.low && !change.paused && !change.sale_from && !change.sale_until) {
        fail(err, ERR_USAGE, "nothing to change was given");
        return fail_cure(err, "`kaquan-worker help template set` lists what can be changed");
    }
    if (!template_set(call->work->db, &act, key, &change, err))
        return false;
    say(call, "template %s was changed", key);
    return true;
}
