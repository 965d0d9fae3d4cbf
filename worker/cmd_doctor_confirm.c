/* `doctor confirm`: a person looked at what no program can see. */
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "cmd.h"
#include "go_live.h"
#include "lang.h"
#include "text.h"

static const struct go_live_item *item_named(const char *name, struct err *err) {
    const char *names[16], *nearest;
    size_t count;
    const struct go_live_item *items = go_live_items(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].name, name) == 0)
            return &items[i];
        names[i] = items[i].name;
    }
    nearest = text_nearest(name, names, count);
    fail(err, ERR_USAGE, "there is nothing to confirm that is called \"%s\"", name);
    if (nearest != NULL)
        fail_cure(err, "did you mean \"%s\"?", nearest);
    else
        fail_cure(err, "`kaquan-worker doctor --go-live` lists what is to be confirmed");
    return NULL;
}

static bool confirm(const struct call *call, const struct account *account, const struct go_live_item *item,
                    struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[64];
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_go_live_confirmed, &before, err, V_INT(account->id), V_TEXT(item->name)) ||
        !db_query(db, &sql_go_live_confirm, &after, err, V_INT(account->id), V_TEXT(item->name), V_TEXT(act.person),
                  V_TEXT(act.reason)))
        return audit_undo(db);
    snprintf(object, sizeof object, "account %s", account->key);
    return audit_commit(db, &act, "go_live_confirm", object, before.count > 0 ? db_text(&before, 0, "record") : NULL,
                        db_text(&after, 0, "record"), err);
}

bool cmd_doctor_confirm(struct call *call, struct err *err) {
    const struct go_live_item *item = item_named(call->argument[0], err);
    struct account account;
    if (item == NULL || !account_get(call->work->db, call->option[OPT_ACCOUNT], &account, err) ||
        !confirm(call, &account, item, err))
        return false;
    say(call, "confirmed for %s: %s", account.key, _(item->what));
    return true;
}
