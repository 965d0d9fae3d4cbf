#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "ask.h"
#include "fault.h"
#include "json.h"
#include "lang.h"
#include "output.h"

enum { INPUT_MAX = 64 << 20, OBJECT_SIZE = 64, REASON_SIZE = 512, PATH_SIZE = 32 };

/* "template stock adult -200" */
static bool cuts(const struct call *call) {
    return call->argument[1][0] == '-';
}

/* Otherwise one person would switch it off first. */
static bool is_own_switch(const struct call *call) {
    return strcmp(call->argument[0], "second_person") == 0;
}

#define OPEN NULL
enum { MODERATE, SEVERE };
enum { ABOUT_THINGS, PRIVATE };

/* clang-format off */
static const struct guarded rows[] = {
    {"account",  "set-secret",  OPT_SECRET_FILE, ACCOUNT_SECRET,  SEVERE,   ABOUT_THINGS, NULL,          "the AppSecret of an account is set or replaced"},
    {"account",  "set-aes-key", OPT_SECRET_FILE, ACCOUNT_AES_KEY, SEVERE,   ABOUT_THINGS, NULL,          "the key of WeChat's pushes is set or replaced"},
    {"template", "delete",      OPTIONS,         OPEN,            SEVERE,   ABOUT_THINGS, NULL,          "a template ends for ever"},
    {"template", "stock",       OPTIONS,         OPEN,            MODERATE, ABOUT_THINGS, cuts,          "the stock of a template is cut"},
    {"ticket",   "void",        OPT_IDS_FROM,    OPEN,            SEVERE,   ABOUT_THINGS, NULL,          "tickets are made void"},
    {"ticket",   "consume",     OPT_IDS_FROM,    OPEN,            SEVERE,   ABOUT_THINGS, NULL,          "tickets are consumed at WeChat"},
    {"ticket",   "change-code", OPT_IDS_FROM,    OPEN,            SEVERE,   ABOUT_THINGS, NULL,          "tickets get other codes"},
    {"ticket",   "erase",       OPT_OPENID_FILE, OPEN,            SEVERE,   PRIVATE,      NULL,          "a person is taken out of everything"},
    {"site",     "set",         OPTIONS,         OPEN,            MODERATE, ABOUT_THINGS, is_own_switch, "second_person is switched"},
};
/* clang-format on */

const struct guarded *guarded_rows(size_t *count) {
    *count = ARRAY_LEN(rows);
    return rows;
}

static const struct guarded *row_of(const struct command *c) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (c->verb != NULL && strcmp(rows[i].noun, c->noun) == 0 && strcmp(rows[i].verb, c->verb) == 0)
            return &rows[i];
    return NULL;
}

static const struct command *command_of(const struct guarded *row) {
    size_t count;
    const struct command *c = command_rows(&count);
    while (row_of(c) != row)
        c++;
    return c;
}

/* --- keeping --- */

static bool second_person(struct db *db, bool *wanted, struct err *err) {
    AUTO_ROWS struct db_rows site = {0};
    if (!db_query0(db, &sql_site_second_person, &site, err))
        return false;
    *wanted = db_bool(&site, 0, "second_person");
    return true;
}

/* {"arguments": ["festival"], "options": {"reason": "..."}}: what was typed. */
static cJSON *typed(const struct call *call) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    cJSON *params = json_new(), *arguments = cJSON_AddArrayToObject(params, "arguments");
    cJSON *options = cJSON_AddObjectToObject(params, "options");
    for (int i = 0; i < call->arguments; i++)
        cJSON_AddItemToArray(arguments, cJSON_CreateString(call->argument[i]));
    for (size_t i = 0; i < count; i++)
        if (call->option[o[i].id] != NULL && (call->command->options & OPT(o[i].id)) != 0)
            json_add_text(options, o[i].name, call->option[o[i].id]);
    return params;
}

/* The file that the command would read: it may be gone when somebody confirms. */
static bool take_input(struct call *call, const struct guarded *row, cJSON *params, struct buf *sealed,
                       char key_id[KEY_ID_SIZE], struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_SECRET struct secret secret = {0};
    if (row->input == OPTIONS)
        return true;
    if (row->secret != NULL)
        return ask_secret(call, "Secret", &secret, err) &&
               account_seal(call->work->db, call->argument[0], row->secret, &secret, sealed, key_id, err);
    if (call->option[row->input] == NULL)
        return true;
    if (!ask_file(call->option[row->input], INPUT_MAX, false, &text, err))
        return false;
    json_add_text(params, "input", buf_str(&text));
    return true;
}

static bool keep(struct call *call, const struct guarded *row, int64_t *id, struct err *err) {
    AUTO_JSON cJSON *params = typed(call);
    AUTO_BUF struct buf sealed = {0}, text = {0};
    AUTO_ROWS struct db_rows added = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[OBJECT_SIZE], key_id[KEY_ID_SIZE];
    if (!take_input(call, row, params, &sealed, key_id, err))
        return false;
    json_print(&text, params);
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_act_request_add, &added, err, V_TEXT(row->noun), V_TEXT(row->verb), V_TEXT(buf_str(&text)),
                  sealed.len > 0 ? V_BYTES(sealed.data, sealed.len) : V_NULL, V_BOOL(row->private),
                  V_TEXT(act.person), V_TEXT(act.reason), sealed.len > 0 ? V_TEXT(key_id) : V_NULL))
        return audit_undo(db);
    *id = db_int(&added, 0, "id");
    snprintf(object, sizeof object, "request %lld", (long long)*id);
    return audit_commit(db, &act, "request", object, NULL, db_text(&added, 0, "record"), err);
}

bool guard_hold(struct call *call, bool *held, struct err *err) {
    static const struct output_column column[] = {{"request", "request", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.request.1", column, 1);
    const struct guarded *row = row_of(call->command);
    int64_t id;
    *held = false;
    if (row == NULL || call->request != 0 || (row->dangerous != NULL && !row->dangerous(call)))
        return true;
    if (!second_person(call->work->db, held, err))
        return false;
    if (!*held)
        return true;
    if (!keep(call, row, &id, err))
        return false;
    output_int(&o, id);
    output_record(&o, call->work);
    say(call, "nothing was done yet: request %lld waits for another person", (long long)id);
    say(call, "next, by that person: kaquan-worker audit confirm %lld", (long long)id);
    return true;
}

/* --- confirming --- */

/* What is wrong with a request that cannot be taken. */
static bool not_taken(const struct db_rows *request, int64_t id, struct err *err) {
    if (request->count == 0)
        fail(err, ERR_INPUT, "there is no request %lld", (long long)id);
    else if (strcmp(db_text(request, 0, "state"), "waiting") != 0)
        fail(err, ERR_INPUT, "request %lld is %s", (long long)id, db_text(request, 0, "state"));
    else {
        fail(err, ERR_PERMISSION, "request %lld is by %s: the same person cannot confirm it", (long long)id,
             db_text(request, 0, "person"));
        return fail_cure(err, "let somebody else run kaquan-worker audit confirm %lld", (long long)id);
    }
    return fail_cure(err, "`kaquan-worker audit requests` lists what waits");
}

static bool get(struct call *call, int64_t id, struct db_rows *request, struct err *err) {
    struct act act = call_act(call);
    return db_query(call->work->db, &sql_act_request_get, request, err, V_INT(id), V_TEXT(act.person));
}

/* A request that somebody else ended meanwhile stays as it is, and so does one whose act was carried out. */
static void end_failed(struct call *call, int64_t id, const char *why) {
    struct db *db = call->work->db;
    struct err err = {0};
    struct act act = call_act(call);
    if (!db_begin(db, &err))
        return; /* it waits on */
    if (!audit_end_request(db, id, act.person, why, &err) || !db_commit(db, &err))
        db_rollback(db);
}

/* A file of memory that the command reads as it would read the one that was named. */
static bool give_text(const char *text, size_t len, char path[PATH_SIZE], struct err *err) {
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || fchmod(fd, S_IRUSR | S_IWUSR) != 0 || write(fd, text, len) != (ssize_t)len)
        return fail(err, ERR_IO, "the input of the request cannot be kept in memory: %s", strerror(errno));
    snprintf(path, PATH_SIZE, "/dev/fd/%d", fd); /* open until the program ends */
    return true;
}

/* A secret is put where it belongs as it is: nobody opens it. */
static bool give_input(struct call *kept, const struct guarded *row, const cJSON *params, char path[PATH_SIZE],
                       struct err *err) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, "input"));
    if (text == NULL)
        return true;
    kept->option[row->input] = path;
    return give_text(text, strlen(text), path, err);
}

static const struct guarded *row_named(const char *noun, const char *verb) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].noun, noun) == 0 && strcmp(rows[i].verb, verb) == 0)
            return &rows[i];
    return NULL;
}

/* The call as it was typed; its words are lent by `params`. */
static bool retype(const struct db_rows *request, int64_t id, const cJSON *params, struct call *kept,
                   struct err *err) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    const struct guarded *row = row_named(db_text(request, 0, "noun"), db_text(request, 0, "verb"));
    const cJSON *options = json_object(params, "options"), *argument;
    if (row == NULL)
        return fail(err, ERR_CONFIG, "this program does not know the act of request %lld", (long long)id);
    kept->command = command_of(row);
    kept->noun = row->noun;
    kept->verb = row->verb;
    cJSON_ArrayForEach(argument, json_array(params, "arguments")) if (kept->arguments < ARGUMENTS_MAX)
        kept->argument[kept->arguments++] = cJSON_GetStringValue(argument);
    for (size_t i = 0; i < count; i++)
        kept->option[o[i].id] = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(options, o[i].name));
    return true;
}

/* Who confirms sees what it is, and is asked like whoever runs such a command at once. */
static bool ask(const struct call *call, int64_t id, const struct db_rows *request, const struct call *kept,
                struct err *err) {
    AUTO_BUF struct buf what = {0};
    const char *reason = db_text(request, 0, "reason");
    const char *name = kept->option[OPT_TEMPLATE] ? kept->option[OPT_TEMPLATE]
                       : kept->arguments > 0      ? kept->argument[0]
                                                  : kept->verb;
    buf_printf(&what, _("request %lld of %s: %s"), (long long)id, db_text(request, 0, "person"),
               db_text(request, 0, "command"));
    if (!db_null(request, 0, "lines"))
        buf_printf(&what, _(", %s lines"), db_text(request, 0, "lines"));
    say(call, "%s%s%s", buf_str(&what), reason[0] != '\0' ? _(", because: ") : "", reason);
    return row_of(kept->command)->severe
               ? ask_name(call, name, err, "Shall it be done%s%s?", db_null(request, 0, "about") ? "" : " to ",
                          db_text(request, 0, "about"))
               : ask_yes(call, err, "Shall it be done?");
}

static bool run_kept(struct call *call, const struct db_rows *request, const cJSON *params, struct call kept,
                     struct err *err) {
    const char *reason = db_text(request, 0, "reason");
    char why[REASON_SIZE], path[PATH_SIZE] = "";
    snprintf(why, sizeof why, "request %lld of %s%s%s", (long long)kept.request, db_text(request, 0, "person"),
             reason[0] != '\0' ? ": " : "", reason);
    kept.option[OPT_REASON] = why;
    if (!give_input(&kept, row_of(kept.command), params, path, err) || !kept.command->run(&kept, err))
        return false;
    call->exit_code = kept.exit_code;
    return true;
}

/* The act ends its request in its own transaction: whatever happens in between, it waits or is done. */
bool guard_confirm(struct call *call, int64_t id, struct err *err) {
    AUTO_ROWS struct db_rows request = {0};
    AUTO_JSON cJSON *params = NULL;
    struct call kept = {.work = call->work, .request = id};
    struct err why = {0};
    if (!get(call, id, &request, err))
        return false;
    if (request.count == 0 || !db_bool(&request, 0, "waits"))
        return not_taken(&request, id, err);
    params = json_parse(db_text(&request, 0, "params"), strlen(db_text(&request, 0, "params")),
                        &(struct json_limits){.size = 2 * INPUT_MAX}, err);
    if (params == NULL || !retype(&request, id, params, &kept, err) || !ask(call, id, &request, &kept, err))
        return false;
    if (run_kept(call, &request, params, kept, &why)) {
        FAULT("request_after_commit");
        return true;
    }
    end_failed(call, id, why.text);
    if (err != NULL)
        *err = why;
    return false;
}

bool guard_withdraw(struct call *call, int64_t id, struct err *err) {
    AUTO_ROWS struct db_rows withdrawn = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[OBJECT_SIZE];
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_act_request_withdraw, &withdrawn, err, V_INT(id), V_TEXT(act.person)))
        return audit_undo(db);
    if (withdrawn.count == 0) {
        AUTO_ROWS struct db_rows request = {0};
        if (get(call, id, &request, err))
            not_taken(&request, id, err);
        return audit_undo(db);
    }
    snprintf(object, sizeof object, "request %lld", (long long)id);
    return audit_commit(db, &act, "withdraw", object, NULL, db_text(&withdrawn, 0, "record"), err);
}
