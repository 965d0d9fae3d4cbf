/* `template logo`, `testers`, `cell`: what stands around a card. */
#include <string.h>

#include "ask.h"
#include "ask_wechat.h"
#include "cmd.h"
#include "json.h"
#include "output.h"
#include "template.h"

enum { LOGO_MAX = 1 << 20, TESTERS_MAX = 10, OPENID_LEN = 28 };

/* --- logo --- */

static const struct picture {
    const char *type, *name, *begin;
    size_t len;
} pictures[] = {
    {"image/png", "logo.png", "\x89PNG\r\n\x1a\n", 8},
    {"image/jpeg", "logo.jpg", "\xff\xd8\xff", 3},
};

static const struct picture *picture_of(const struct buf *content, const char *path, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
        if (content->len > pictures[i].len && memcmp(content->data, pictures[i].begin, pictures[i].len) == 0)
            return &pictures[i];
    fail(err, ERR_INPUT, "%s is neither a PNG nor a JPEG", path);
    fail_cure(err, "save it as PNG or JPEG, at most 1 MB; 300 x 300 pixels suit a logo");
    return NULL;
}

static bool upload(struct call *call, int64_t account_id, const struct http_file *file, struct wx_reply *reply,
                   struct err *err) {
    struct wx wx;
    return work_wx(call->work, account_id, &wx, err) && wx_upload(&wx, WX_UPLOAD_IMG, file, reply, err);
}

bool cmd_template_logo(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"url", "URL", OUT_TEXT}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.picture.1", column, ARRAY_LEN(column));
    AUTO_BUF struct buf content = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_JSON cJSON *asked = json_new();
    const struct picture *picture;
    struct account account;
    if (!ask_file(call->argument[0], LOGO_MAX, false, &content, err))
        return fail_cure(err, "WeChat takes a PNG or JPEG of at most 1 MB");
    picture = picture_of(&content, call->argument[0], err);
    if (!picture || !account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err))
        return false;
    struct http_file file = {"buffer", picture->name, picture->type, {content.data, content.len}};
    json_add_int(asked, "bytes", (int64_t)content.len);
    if (!ask_record(call, "template_logo", "account", account.key, asked, err) ||
        !upload(call, account.id, &file, &reply, err))
        return false;
    output_cell(&o, ask_text(&reply, "url"));
    output_record(&o, call->work);
    say(call, "next: put it into the template as base_info.logo_url");
    return true;
}

/* --- testers --- */

/* WeChat tells openids of the account from WeChat ids; so does their form. */
static bool is_openid(const char *name) {
    return name[0] == 'o' && strlen(name) == OPENID_LEN;
}

static cJSON *testers_request(const char *const *persons, int count) {
    cJSON *request = json_new(), *openids = cJSON_CreateArray(), *names = cJSON_CreateArray();
    for (int i = 0; i < count; i++)
        cJSON_AddItemToArray(is_openid(persons[i]) ? openids : names, cJSON_CreateString(persons[i]));
    json_add(request, "openid", openids);
    json_add(request, "username", names);
    return request;
}

/* Who they are is nobody's business later: the record has their number. */
bool cmd_template_testers(struct call *call, struct err *err) {
    AUTO_JSON cJSON *request = NULL, *asked = json_new();
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf text = {0};
    const char *persons[TESTERS_MAX];
    struct account account;
    int count;
    if (!ask_persons(call, TESTERS_MAX, &text, persons, &count, err) ||
        !account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err))
        return false;
    request = testers_request(persons, count);
    json_add_int(asked, "testers", count);
    if (!ask_record(call, "template_testers", "account", account.key, asked, err) ||
        !ask_wechat(call, account.id, WX_TESTERS_SET, request, &reply, err))
        return false;
    say(call, "%d testers may add cards that are not approved yet; those named before may be none any more", count);
    return true;
}

/* --- cells --- */

static const struct cell {
    const char *name;
    enum wx_endpoint_id id;
    bool more; /* takes verify and amount */
} cells[] = {
    {"pay", WX_PAYCELL_SET, false},
    {"self-consume", WX_SELFCONSUMECELL_SET, true},
};

static const struct cell *cell_named(const char *name, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        if (strcmp(cells[i].name, name) == 0)
            return &cells[i];
    fail(err, ERR_USAGE, "there is no cell \"%s\"", name);
    fail_cure(err, "pay, or self-consume");
    return NULL;
}

static bool has_word(const struct call *call, const char *word) {
    for (int i = 3; i < call->arguments; i++)
        if (strcmp(call->argument[i], word) == 0)
            return true;
    return false;
}

/* need_verify_cod is how WeChat spells it. */
static bool cell_request(const struct call *call, const struct cell *cell, cJSON *request, struct err *err) {
    const char *open = call->argument[2];
    bool verify = has_word(call, "verify"), amount = has_word(call, "amount");
    if (strcmp(open, "on") != 0 && strcmp(open, "off") != 0)
        return fail(err, ERR_USAGE, "on or off expected, not \"%s\"", open);
    if (call->arguments - 3 != verify + amount || (!cell->more && (verify || amount))) {
        fail(err, ERR_USAGE, "a cell knows no \"%s\"", call->argument[3]);
        return fail_cure(err, "self-consume takes verify (with a code) and amount (with a note of the amount)");
    }
    json_add_bool(request, "is_open", strcmp(open, "on") == 0);
    if (cell->more) {
        json_add_bool(request, "need_verify_cod", verify);
        json_add_bool(request, "need_remark_amount", amount);
    }
    return true;
}

bool cmd_template_cell(struct call *call, struct err *err) {
    const struct cell *cell = cell_named(call->argument[1], err);
    AUTO_JSON cJSON *request = json_new();
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct template t = {0};
    if (!cell || !cell_request(call, cell, request, err) ||
        !template_get(call->work->db, call->argument[0], &t, err) || !template_has_card(&t, err))
        return false;
    json_add_text(request, "card_id", t.card_id);
    if (!ask_record(call, "template_cell", "template", t.key, request, err) ||
        !ask_wechat(call, t.account_id, cell->id, request, &reply, err))
        return false;
    say(call, "the %s cell of template %s is %s", cell->name, t.key, call->argument[2]);
    return true;
}
