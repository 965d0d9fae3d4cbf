/* The part of template.h that changes what WeChat has: what a person decides here, a job carries out. */
#include "template_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "template_diff.h"
#include "template_status.h"

bool template_has_card(const struct template *t, struct err *err) {
    if (t->card_id[0] != '\0' && strcmp(t->status, "deleted") != 0)
        return true;
    fail(err, ERR_INPUT, "WeChat has no card of template %s, whose status is %s", t->key, t->status);
    return fail_cure(err, "kaquan-worker template submit %s sends a draft to WeChat", t->key);
}

bool template_push(struct db *db, const struct act *act, const struct template *t, int64_t *job, struct err *err) {
    return template_has_card(t, err) && db_begin(db, err) &&
           template_queue(db, act, t, "template_update", NULL, job, err);
}

/* --- stock --- */

static bool enough_left(struct db *db, const struct template *t, int64_t change, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t left;
    if (change > 0)
        return true;
    if (!db_query(db, &sql_template_stock_left, &rows, err, V_INT(t->id)))
        return false;
    left = db_int(&rows, 0, "stock_left");
    if (db_null(&rows, 0, "stock_left") || left + change >= 0)
        return true;
    fail(err, ERR_INPUT, "only %" PRId64 " cards of template %s are left to take away", left, t->key);
    return fail_cure(err, "take at most as many; those claimed stay");
}

static bool write_down(struct db *db, const struct template *t, int64_t change, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_template_stock_add, &rows, err, V_INT(t->id), V_INT(change)))
        return false;
    if (rows.count == 1)
        return true;
    fail(err, ERR_BUSY, "an earlier change of the stock of %s is not carried out yet", t->key);
    return fail_cure(err, "kaquan-worker job list shows the job template_stock; `job retry` when it failed");
}

bool template_stock(struct db *db, const struct act *act, const struct template *t, int64_t change, int64_t *job,
                    struct err *err) {
    char after[64];
    snprintf(after, sizeof after, "{\"change\": %" PRId64 "}", change);
    if (!template_has_card(t, err) || !enough_left(db, t, change, err) || !db_begin(db, err))
        return false;
    if (!write_down(db, t, change, err))
        return audit_undo(db);
    return template_queue(db, act, t, "template_stock", after, job, err);
}

/* --- end and beginning --- */

bool template_delete(struct db *db, const struct act *act, const struct template *t, int64_t *job, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[64];
    *job = 0;
    if (strcmp(t->status, "sending") == 0) {
        fail(err, ERR_BUSY, "template %s is just being sent", t->key);
        return fail_cure(err, "wait for the end of its job: kaquan-worker job list");
    }
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_template_pause, &rows, err, V_INT(t->id)))
        return audit_undo(db);
    if (t->card_id[0] != '\0')
        return template_queue(db, act, t, "template_delete", db_text(&rows, 0, "record"), job, err);
    if (!db_do(db, &sql_template_deleted, err, V_INT(t->id), V_NULL))
        return audit_undo(db);
    snprintf(object, sizeof object, "template %s", t->key);
    return audit_commit(db, act, "template_delete", object, db_text(&rows, 0, "record"), NULL, err);
}

static bool is_new(struct db *db, const struct template *t, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0}, known = {0};
    if (!db_query(db, &sql_template_get, &rows, err, V_TEXT(t->key)) ||
        !db_query(db, &sql_template_known, &known, err, V_TEXT(t->card_id)))
        return false;
    if (rows.count > 0) {
        fail(err, ERR_INPUT, "there is a template %s already", t->key);
        return fail_cure(err, "choose another --key");
    }
    if (!db_bool(&known, 0, "known"))
        return true;
    fail(err, ERR_INPUT, "card %s is one of the templates already", t->card_id);
    return fail_cure(err, "kaquan-worker template list shows which");
}

bool template_adopt(struct db *db, const struct act *act, struct template *t, const cJSON *live,
                    const char *wechat_status, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf text = {0};
    char object[64];
    if (!template_key_good(t->key, err) || !template_describe(live, t, err) || !is_new(db, t, err) ||
        !db_begin(db, err))
        return false;
    json_print(&text, live);
    if (!db_query(db, &sql_template_adopt, &rows, err, V_INT(t->account_id), V_TEXT(t->key), V_TEXT(t->card_type),
                  V_TEXT(t->title), V_TEXT(buf_str(&text)), V_TEXT(t->code_mode), V_BOOL(t->bind_openid),
                  V_INT(t->stock), V_TEXT(t->card_id), V_TEXT(template_status_of(wechat_status)),
                  V_TEXT(wechat_status)))
        return audit_undo(db);
    t->id = (int32_t)db_int(&rows, 0, "id");
    snprintf(object, sizeof object, "template %s", t->key);
    return audit_commit(db, act, "template_adopt", object, NULL, db_text(&rows, 0, "record"), err);
}
