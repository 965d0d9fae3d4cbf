#include <string.h>

#include "ask.h"
#include "cmd.h"
#include "output.h"
#include "site.h"
#include "text.h"

/* clang-format off */
static const struct site_row settings[] = {
    {"margin",             "120s",  "least life of a card at hand-out, in WeChat's time; 30 s or more"},
    {"time_scale",         "1",     "above 1 only to rehearse against the simulator"},
    {"timestamp_quoted",   "true",  "cardExt.timestamp as a string (true) or a number (false)"},
    {"bucket",             "0",     "this database's number among the buckets"},
    {"buckets",            "1",     "how many databases share the codes"},
    {"renew_window",       "24h",   "tickets claimed within it are signed again after a rotation"},
    {"second_person",      "true",  "dangerous commands wait until another person confirms them"},
    {"event_zone",         "Asia/Shanghai", "time zone of the days at the gates"},
    {"environment",        "",      "whose database this is, in the header of consoles; one that begins with PROD is production"},
    {"keep_finished_jobs", "14d",   "how long finished jobs are kept"},
    {"keep_job_log",       "14d",   "how long the log of a finished job is kept"},
    {"keep_checks",        "90d",   "how long whitelist checks are kept; the last one always is"},
    {"keep_events",        "90d",   "how long applied pushes of WeChat are kept"},
    {"keep_kept_events",   "400d",  "how long pushes are kept whose ticket is not known here"},
    {"keep_bulk",          "400d",  "how long finished acts on many tickets are kept, with their results"},
    {"keep_refused_scans", "90d",   "how long refused scans are kept, 8 days at least; entries always are"},
    {"keep_minutes",       "400d",  "how long statistics are kept by the minute, 8 days at least; by the day always"},
    {"quota_reserve",      "10",    "percent of each interface's daily limit that jobs leave to people"},
};
/* clang-format on */

const struct site_row *site_rows(size_t *count) {
    *count = ARRAY_LEN(settings);
    return settings;
}

static const struct output_column columns[] = {
    {"name", "SETTING", OUT_TEXT},
    {"value", "VALUE", OUT_TEXT},
    {"help", "MEANING", OUT_TEXT},
};

bool cmd_site_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.site.1", columns, ARRAY_LEN(columns));
    if (!db_query0(call->work->db, &sql_site_get, &rows, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        output_cell(&o, settings[i].name);
        output_cell(&o, db_text(&rows, 0, settings[i].name));
        output_cell(&o, settings[i].help);
    }
    output_list(&o, call->work);
    return true;
}

static const struct site_row *setting_named(const char *name, struct err *err) {
    const char *names[ARRAY_LEN(settings)], *nearest;
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
        names[i] = settings[i].name;
    }
    nearest = text_nearest(name, names, ARRAY_LEN(settings));
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
    if (!db_query0(db, &sql_site_get, &before, err))
        return audit_undo(db);
    if (!db_query(db, &sql_site_set, &after, err, V_TEXT(row->name), V_TEXT(value))) {
        fail_in(err, "%s", row->name);
        if (err->kind == ERR_INPUT)
            fail_cure(err, "%s; for instance %s", row->help, row->example);
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
