/* `template diff`, `push`, `stock`, `delete`, `adopt`: templates that WeChat has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "ask_wechat.h"
#include "cmd.h"
#include "json.h"
#include "output.h"
#include "template.h"
#include "template_diff.h"
#include "wechat.h"

enum { STOCK_MOST = 100000000 };

/* --- diff --- */

static const struct output_column diff_columns[] = {
    {"field", "FIELD", OUT_TEXT},   {"label", "NAME", OUT_TEXT},   {"written", "WRITTEN", OUT_TEXT},
    {"wechat", "WECHAT", OUT_TEXT}, {"becomes", "PUSH", OUT_TEXT}, {"help", "WHAT THAT MEANS", OUT_TEXT},
};

static void add_value(struct output *o, const cJSON *value) {
    AUTO_BUF struct buf text = {0};
    if (cJSON_IsString(value)) {
        output_cell(o, value->valuestring);
        return;
    }
    if (value != NULL)
        json_print(&text, value);
    output_cell(o, value ? buf_str(&text) : NULL);
}

static void show_diff(struct call *call, const struct template_diff *diff) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.template-diff.1", diff_columns, ARRAY_LEN(diff_columns));
    for (size_t i = 0; i < diff->count; i++) {
        const struct template_difference *d = &diff->rows[i];
        output_cell(&o, d->field->place);
        output_cell(&o, d->field->label);
        add_value(&o, d->draft);
        add_value(&o, d->live);
        output_cell(&o, template_difference_name(d));
        output_cell(&o, template_difference_help(d));
    }
    output_list(&o, call->work);
    say(call, "a push sends %d fields, %d of them to a new review; %d cannot be changed", diff->sent, diff->reviewed,
        diff->refused);
}

static bool diff_with_wechat(struct call *call, const struct template *t, struct err *err) {
    AUTO_JSON cJSON *draft = template_draft(call->work->db, t->id, err), *live = NULL;
    char status[CARD_STATUS_SIZE];
    struct template_diff diff;
    struct wx wx;
    if (draft == NULL || !work_wx(call->work, t->account_id, &wx, err))
        return false;
    live = card_live(&wx, t->card_id, status, err);
    if (live == NULL || !template_diff(draft, live, &diff, err))
        return false;
    show_diff(call, &diff);
    if (diff.refused > 0)
        call->exit_code = err_class(ERR_INPUT)->exit_code;
    return true;
}

bool cmd_template_diff(struct call *call, struct err *err) {
    struct template t;
    return template_get(call->work->db, call->argument[0], &t, err) && template_has_card(&t, err) &&
           diff_with_wechat(call, &t, err);
}

/* --- push --- */

static void show_job(struct call *call, int64_t job) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    output_int(&o, job);
    output_record(&o, call->work);
    say(call, "next: kaquan-worker job show %lld", (long long)job);
}

/* While WeChat reviews a card again nobody can add it: that is no surprise one wants. */
static bool review_wanted(struct call *call, const struct template *t, struct err *err) {
    AUTO_JSON cJSON *draft = template_draft(call->work->db, t->id, err), *sent = NULL;
    struct template_diff diff;
    char names[300];
    if (draft == NULL)
        return false;
    sent = template_sent(call->work->db, t->id, err);
    if (sent == NULL || !template_diff(draft, sent, &diff, err) || !template_diff_good(&diff, err))
        return false;
    if (diff.reviewed == 0 || strcmp(t->status, "approved") != 0)
        return true;
    return ask_yes(call, err,
                   "%s: WeChat reviews the card again for this (%s); no card of it is handed out until then. Push?",
                   t->key, template_diff_names(&diff, names, sizeof names));
}

bool cmd_template_push(struct call *call, struct err *err) {
    struct act act = call_act(call);
    struct template t;
    int64_t job;
    if (!template_get(call->work->db, call->argument[0], &t, err) || !template_has_card(&t, err))
        return false;
    if (call->work->dry_run)
        return diff_with_wechat(call, &t, err);
    if (!review_wanted(call, &t, err) || !template_push(call->work->db, &act, &t, &job, err))
        return false;
    show_job(call, job);
    return true;
}

/* --- stock --- */

/* "+5000" or "-200": a number without its sign would be taken for the stock itself. */
static bool take_change(const char *text, int64_t *change, struct err *err) {
    char *end;
    errno = 0;
    *change = strtoll(text, &end, 10);
    if ((text[0] == '+' || text[0] == '-') && strspn(text + 1, "0123456789") == strlen(text + 1) && errno == 0 &&
        *change != 0 && llabs(*change) <= STOCK_MOST)
        return true;
    fail(err, ERR_USAGE, "\"%s\" is no change of a stock", text);
    return fail_cure(err, "give by how much it changes, with its sign: +5000 or -200");
}

bool cmd_template_stock(struct call *call, struct err *err) {
    struct act act = call_act(call);
    struct template t;
    int64_t change, job;
    if (!take_change(call->argument[1], &change, err) || !template_get(call->work->db, call->argument[0], &t, err))
        return false;
    if (change < 0 && !ask_yes(call, err, "take %lld cards of %s away?", (long long)-change, t.key))
        return false;
    if (!template_stock(call->work->db, &act, &t, change, &job, err))
        return false;
    show_job(call, job);
    return true;
}

/* --- delete --- */

bool cmd_template_delete(struct call *call, struct err *err) {
    struct act act = call_act(call);
    struct template t;
    int64_t job;
    if (!template_get(call->work->db, call->argument[0], &t, err))
        return false;
    if (strcmp(t.status, "deleted") == 0)
        return fail(err, ERR_INPUT, "template %s is deleted already", t.key);
    if (!ask_name(call, t.key, err, "template %s ends for ever: no card of it can be claimed or added any more",
                  t.key))
        return false;
    if (!template_delete(call->work->db, &act, &t, &job, err))
        return false;
    if (job != 0)
        show_job(call, job);
    else
        say(call, "template %s was deleted; WeChat never had it", t.key);
    return true;
}

/* --- adopt --- */

static const struct output_column card_columns[] = {
    {"card_id", "CARD ID", OUT_ID}, {"title", "TITLE", OUT_TEXT},   {"card_type", "TYPE", OUT_TEXT},
    {"status", "STATUS", OUT_TEXT}, {"stock", "STOCK", OUT_NUMBER},
};

struct adopting {
    struct call *call;
    struct wx wx;
    struct output lines;
};

static const char *text_in(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* Also cards of types that cannot be taken over are listed. */
static bool list_one(void *with, const char *card_id, bool *enough, struct err *err) {
    struct adopting *a = with;
    AUTO_ROWS struct db_rows known = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const cJSON *card, *base;
    int64_t total = 0;
    *enough = false;
    if (!db_query(a->call->work->db, &sql_template_known, &known, err, V_TEXT(card_id)))
        return false;
    if (db_bool(&known, 0, "known"))
        return true;
    card = card_get(&a->wx, card_id, &reply, err);
    base = card ? card_base(card, err) : NULL;
    if (base == NULL)
        return false;
    output_cell(&a->lines, card_id);
    output_cell(&a->lines, text_in(base, "title"));
    output_cell(&a->lines, text_in(card, "card_type"));
    output_cell(&a->lines, text_in(base, "status"));
    if (template_live_total(card, &total, NULL))
        output_int(&a->lines, total);
    else
        output_cell(&a->lines, NULL);
    return true;
}

static bool list_cards(struct call *call, int64_t account_id, struct err *err) {
    struct adopting a = {.call = call};
    bool good;
    if (!work_wx(call->work, account_id, &a.wx, err))
        return false;
    a.lines = output_begin("kaquan.wechat-card.1", card_columns, ARRAY_LEN(card_columns));
    good = card_each(&a.wx, list_one, &a, err);
    if (good)
        output_list(&a.lines, call->work);
    output_clear(&a.lines);
    return good;
}

/* As it was created: without a stock. */
static void mark_deposit(cJSON *base) {
    cJSON *sku = cJSON_GetObjectItemCaseSensitive(base, "sku");
    json_add_text(base, "get_custom_code_mode", "GET_CUSTOM_CODE_MODE_DEPOSIT");
    cJSON_DeleteItemFromObjectCaseSensitive(sku, "quantity");
    json_add_int(sku, "quantity", 0);
}

/* Whether card/get tells of deposited codes is not certain; their number does. */
static bool note_deposit(struct wx *wx, const char *card_id, cJSON *body, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    const cJSON *card = template_card(body);
    cJSON *base = cJSON_GetObjectItemCaseSensitive(card, "base_info");
    int64_t count = 0;
    if (!cJSON_IsTrue(template_field_value(card, "base_info.use_custom_code")) ||
        template_field_value(card, "base_info.get_custom_code_mode") != NULL)
        return true;
    if (!call_card(wx, WX_CODE_DEPOSITED, card_id, &reply, err) ||
        !json_need_int(reply.json, "count", 0, INT64_C(1) << 40, &count, err))
        return false;
    if (count > 0)
        mark_deposit(base);
    return true;
}

static bool adopt(struct call *call, struct template *t, struct err *err) {
    struct act act = call_act(call);
    AUTO_JSON cJSON *live = NULL;
    char status[CARD_STATUS_SIZE];
    struct wx wx;
    if (!work_wx(call->work, t->account_id, &wx, err))
        return false;
    live = card_live(&wx, t->card_id, status, err);
    return live && note_deposit(&wx, t->card_id, live, err) &&
           template_adopt(call->work->db, &act, t, live, status, err);
}

bool cmd_template_adopt(struct call *call, struct err *err) {
    struct template t = {0};
    struct account account;
    if (!account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err))
        return false;
    if (call->arguments == 0)
        return list_cards(call, account.id, err);
    if (call->option[OPT_KEY] == NULL) {
        fail(err, ERR_USAGE, "what shall the template be called?");
        return fail_cure(err, "add --key KEY: the name backends use");
    }
    t.account_id = account.id;
    if (!text_copy(t.key, sizeof t.key, call->option[OPT_KEY]) ||
        !text_copy(t.card_id, sizeof t.card_id, call->argument[0]))
        return fail(err, ERR_INPUT, "the key or the card_id is too long");
    if (!adopt(call, &t, err))
        return false;
    say(call, "template %s is %s: %s, codes: %s", t.key, t.card_id, t.title, t.code_mode);
    say(call, "next: kaquan-worker template set %s --target N --low N", t.key);
    return true;
}
