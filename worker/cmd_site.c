#include <string.h>

#include "ask.h"
#include "cmd.h"
#include "lang.h"
#include "output.h"
#include "site.h"
#include "text.h"

static const struct output_column columns[] = {
    {"name", "SETTING", OUT_TEXT},
    {"value", "VALUE", OUT_TEXT},
    {"help", "MEANING", OUT_TEXT},
};

bool cmd_site_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.site.1", columns, ARRAY_LEN(columns));
    size_t count;
    const struct site_row *settings = site_rows(&count);
    if (!db_query0(call->work->db, &sql_site_get, &rows, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        output_cell(&o, settings[i].name);
        output_cell(&o, db_text(&rows, 0, settings[i].name));
        output_cell(&o, _(settings[i].help));
    }
    output_list(&o, call->work);
    return true;
}

static const struct site_row *setting_named(const char *name, struct err *err) {
    const char *names[SITE_MOST], *nearest;
    size_t count;
    const struct site_row *settings = site_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
        names[i] = settings[i].name;
    }
    nearest = text_nearest(name, names, count);
    fail(err, ERR_USAGE, "there is no setting \"%s\" of the site", name);
    if (nearest != NULL)
        fail_cure(err, "did you mean \"%s\"?", nearest);
    else
        fail_cure(err, "`kaquan-worker site show` lists the settings");
    return NULL;
}

static bool set(const struct call *call, const struct site_row *row, const char *value, struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    if (!db_begin(db, err))
        return false;
    if (!db_do0(db, &sql_site_lock, err) || !db_query0(db, &sql_site_get, &before, err))
        return audit_undo(db);
    if (!db_query(db, &sql_site_set, &after, err, V_TEXT(row->name), V_TEXT(value))) {
        fail_in(err, "%s", row->name);
        if (err->kind == ERR_INPUT)
            fail_cure(err, "%s; for instance %s", _(row->help), row->example);
        return audit_undo(db);
    }
    return audit_commit(db, &act, "site_set", "site", db_text(&before, 0, "record"), db_text(&after, 0, "record"),
                        err);
}

bool cmd_site_set(struct call *call, struct err *err) {
    const struct site_row *row = setting_named(call->argument[0], err);
    const char *value = call->argument[1];
    if (row == NULL || !ask_yes(call, err, "Set %s to %s for the whole site?", row->name, value) ||
        !set(call, row, value, err))
        return false;
    say(call, "%s is %s", row->name, value);
    return true;
}
