#include "template.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "job.h"
#include "json.h"
#include "lang.h"
#include "template_diff.h"
#include "template_lint.h"
#include "template_private.h"

enum { OBJECT_SIZE = 64 };

static bool no_template(const char *key, struct err *err) {
    fail(err, ERR_INPUT, "there is no template \"%s\"", key);
    return fail_cure(err, "`kaquan-worker template list` lists the templates");
}

static void read_row(const struct db_rows *rows, struct template *t) {
    *t = (struct template){.id = (int32_t)db_int(rows, 0, "id"),
                           .account_id = db_int(rows, 0, "account_id"),
                           .bind_openid = db_bool(rows, 0, "bind_openid"),
                           .stock = db_null(rows, 0, "stock") ? -1 : db_int(rows, 0, "stock"),
                           .version = (int)db_int(rows, 0, "version")};
    text_copy(t->key, sizeof t->key, db_text(rows, 0, "key"));
    text_copy(t->card_type, sizeof t->card_type, db_text(rows, 0, "card_type"));
    text_copy(t->title, sizeof t->title, db_text(rows, 0, "title"));
    text_copy(t->code_mode, sizeof t->code_mode, db_text(rows, 0, "code_mode"));
    text_copy(t->status, sizeof t->status, db_text(rows, 0, "status"));
    text_copy(t->card_id, sizeof t->card_id, db_text(rows, 0, "card_id"));
}

bool template_get(struct db *db, const char *key, struct template *t, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_template_get, &rows, err, V_TEXT(key)))
        return false;
    if (rows.count != 1)
        return no_template(key, err);
    read_row(&rows, t);
    return true;
}

/* --- acts --- */

static const char *object_of(char out[OBJECT_SIZE], const char *key) {
    snprintf(out, OBJECT_SIZE, "template %s", key);
    return out;
}

bool template_key_good(const char *key, struct err *err) {
    size_t len = strlen(key);
    if (len > 0 && len < TEMPLATE_KEY_SIZE && key[0] != '_' && key[0] != '-' &&
        strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len)
        return true;
    fail(err, ERR_INPUT, "\"%s\" cannot be the key of a template", key);
    return fail_cure(err, "1..40 of a-z, 0-9, _ and -, beginning with a letter or digit: --key KEY");
}

/* Its text may be changed: as a draft, or to be pushed to WeChat later. */
static bool is_open(const char *status, bool at_wechat) {
    if (at_wechat)
        return strcmp(status, "sending") != 0 && strcmp(status, "deleted") != 0;
    return strcmp(status, "draft") == 0 || strcmp(status, "refused") == 0;
}

static bool not_open(const char *key, const char *status, struct err *err) {
    fail(err, ERR_INPUT, "template %s has the status %s: it cannot be changed or sent", key, status);
    return fail_cure(err, "import it under another key");
}

static cJSON *stored(struct db *db, const struct sql *statement, int32_t id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, statement, &rows, err, V_INT(id)))
        return NULL;
    if (rows.count == 1)
        return template_parse(db_text(&rows, 0, "body"), strlen(db_text(&rows, 0, "body")), err);
    fail(err, ERR_INPUT, "nothing is known of what was sent of this template");
    return NULL;
}

cJSON *template_draft(struct db *db, int32_t id, struct err *err) {
    return stored(db, &sql_template_body, id, err);
}

cJSON *template_sent(struct db *db, int32_t id, struct err *err) {
    return stored(db, &sql_template_sent_body, id, err);
}

/* What WeChat never changes is refused as soon as it is written. */
static bool can_become(struct db *db, int32_t id, const cJSON *body, struct err *err) {
    AUTO_JSON cJSON *sent = template_sent(db, id, err);
    struct template_diff diff;
    return sent != NULL && template_diff(body, sent, &diff, err) && template_diff_good(&diff, err);
}

static bool insert(struct db *db, struct template *t, const cJSON *body, struct db_rows *after, struct err *err) {
    AUTO_BUF struct buf text = {0};
    json_print(&text, body);
    if (!db_query(db, &sql_template_add, after, err, V_INT(t->account_id), V_TEXT(t->key), V_TEXT(t->card_type),
                  V_TEXT(t->title), V_TEXT(buf_str(&text)), V_TEXT(t->code_mode), V_BOOL(t->bind_openid),
                  V_INT(t->stock)))
        return false;
    t->id = (int32_t)db_int(after, 0, "id");
    return true;
}

static bool lost_race(const char *key, struct err *err) {
    fail(err, ERR_BUSY, "somebody else changed template %s meanwhile", key);
    return fail_cure(err, "look at it and import it again");
}

/* With the version that was read: whoever changed it meanwhile is told apart. */
static bool update(struct db *db, struct template *t, const struct db_rows *before, const cJSON *body,
                   struct db_rows *after, struct err *err) {
    AUTO_BUF struct buf text = {0};
    bool at_wechat = !db_null(before, 0, "card_id");
    if (t->version >= 0 && t->version != db_int(before, 0, "version"))
        return lost_race(t->key, err);
    t->id = (int32_t)db_int(before, 0, "id");
    t->version = (int)db_int(before, 0, "version");
    text_copy(t->card_id, sizeof t->card_id, db_text(before, 0, "card_id"));
    if (!is_open(db_text(before, 0, "status"), at_wechat))
        return not_open(t->key, db_text(before, 0, "status"), err);
    if (db_int(before, 0, "account_id") != t->account_id) {
        fail(err, ERR_INPUT, "template %s belongs to another account", t->key);
        return fail_cure(err, "import it under another key");
    }
    if (at_wechat && !can_become(db, t->id, body, err))
        return false;
    json_print(&text, body);
    if (!db_query(db, &sql_template_update, after, err, V_INT(t->id), V_INT(t->version), V_TEXT(t->card_type),
                  V_TEXT(t->title), V_TEXT(buf_str(&text)), V_TEXT(t->code_mode), V_BOOL(t->bind_openid),
                  V_INT(t->stock)))
        return false;
    return after->count == 1 || lost_race(t->key, err);
}

bool template_import(struct db *db, const struct act *act, struct template *t, const cJSON *body, bool *added,
                     struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!template_key_good(t->key, err) || !db_query(db, &sql_template_get, &before, err, V_TEXT(t->key)) ||
        !db_begin(db, err))
        return false;
    *added = before.count == 0;
    if (*added ? !insert(db, t, body, &after, err) : !update(db, t, &before, body, &after, err))
        return audit_undo(db);
    return audit_commit(db, act, "template_import", object_of(object, t->key),
                        *added ? NULL : db_text(&before, 0, "record"), db_text(&after, 0, "record"), err);
}

/* A time without a zone would mean UTC here and something else on the poster. */
static bool has_zone(const char *time, const char *what, struct err *err) {
    size_t len;
    if (time == NULL || strcmp(time, "none") == 0)
        return true;
    len = strlen(time);
    if (len > 16 && (time[len - 1] == 'Z' || strpbrk(time + 11, "+-") != NULL))
        return true;
    fail(err, ERR_USAGE, "%s: a time with its zone expected, not \"%s\"", what, time);
    return fail_cure(err, "as 2026-12-01T10:00+08:00, or none");
}

static struct db_value time_value(const char *time) {
    return time == NULL || strcmp(time, "none") == 0 ? V_NULL : V_TEXT(time);
}

bool template_set(struct db *db, const struct act *act, const char *key, const struct template_change *c,
                  struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!has_zone(c->sale_from, _("start of sale"), err) || !has_zone(c->sale_until, _("end of sale"), err) ||
        !db_begin(db, err))
        return false;
    if (!db_query(db, &sql_template_lock, &before, err, V_TEXT(key)))
        return audit_undo(db);
    if (before.count != 1) {
        no_template(key, err);
        return audit_undo(db);
    }
    if (!db_query(db, &sql_template_set, &after, err, V_INT(db_int(&before, 0, "id")),
                  c->target ? V_INT(*c->target) : V_NULL, c->low ? V_INT(*c->low) : V_NULL,
                  c->paused ? V_BOOL(*c->paused) : V_NULL, V_BOOL(c->sale_from != NULL), time_value(c->sale_from),
                  V_BOOL(c->sale_until != NULL), time_value(c->sale_until)))
        return audit_undo(db);
    return audit_commit(db, act, "template_set", object_of(object, key), db_text(&before, 0, "record"),
                        db_text(&after, 0, "record"), err);
}

/* What was good when it was written may have run out meanwhile. */
static bool still_good(struct db *db, const struct template *t, struct err *err) {
    AUTO_JSON cJSON *body = template_draft(db, t->id, err);
    AUTO_LINT struct lint lint = {0};
    if (body == NULL)
        return false;
    template_lint(body, (int64_t)clock_wall(), &lint);
    return lint_good(&lint, err) || fail_in(err, "template %s", t->key);
}

bool template_submit(struct db *db, const struct act *act, const char *key, int64_t *job, struct err *err) {
    struct template t = {0};
    if (!template_get(db, key, &t, err))
        return false;
    if (t.card_id[0] != '\0' && strcmp(t.status, "deleted") != 0) {
        fail(err, ERR_INPUT, "WeChat has template %s already, as %s", key, t.card_id);
        return fail_cure(err, "kaquan-worker template push %s sends what was changed", key);
    }
    if (!is_open(t.status, false))
        return not_open(key, t.status, err);
    return still_good(db, &t, err) && db_begin(db, err) &&
           template_queue(db, act, &t, "template_submit", NULL, job, err);
}

bool template_queue(struct db *db, const struct act *act, const struct template *t, const char *kind,
                    const char *after, int64_t *job, struct err *err) {
    char object[OBJECT_SIZE], queued[64];
    if (!job_queue(db, kind, t->account_id, t->id, NULL, job, err))
        return audit_undo(db);
    snprintf(queued, sizeof queued, "{\"job\": \"%lld\"}", (long long)*job);
    return audit_commit(db, act, kind, object_of(object, t->key), NULL, after ? after : queued, err);
}
