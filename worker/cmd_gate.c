#include <string.h>

#include "ask.h"
#include "cmd.h"
#include "gate.h"
#include "json.h"
#include "lang.h"
#include "login.h"
#include "output.h"
#include "stat.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000, EXIT_SOME = 1, FIELDS_MAX = 16, CLOCKS_APART_S = 300 };

bool cmd_gate_list(struct call *call, struct err *err) {
    return login_list(call, &grant_gate, err);
}

bool cmd_gate_add(struct call *call, struct err *err) {
    return login_add(call, &grant_gate, err);
}

bool cmd_gate_remove(struct call *call, struct err *err) {
    return login_remove(call, &grant_gate, err);
}

/* --- rules --- */

static const struct output_column rule_columns[] = {
    {"name", "FIELD", OUT_TEXT},
    {"value", "VALUE", OUT_TEXT},
    {"help", "MEANING", OUT_TEXT},
};

static bool show_rule(struct call *call, const char *template, struct err *err) {
    AUTO_ROWS struct db_rows rule = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.gate-rule.1", rule_columns, ARRAY_LEN(rule_columns));
    size_t count;
    const struct gate_field *fields = gate_fields(&count);
    if (!gate_rule_get(call->work->db, template, &rule, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        output_cell(&o, fields[i].name);
        output_cell(&o, db_text(&rule, 0, fields[i].name));
        output_cell(&o, _(fields[i].help));
    }
    output_list(&o, call->work);
    return true;
}

bool cmd_gate_rule(struct call *call, struct err *err) {
    const char *template = call->argument[0], *names[FIELDS_MAX], *values[FIELDS_MAX] = {NULL};
    struct act act = call_act(call);
    size_t count;
    const struct gate_field *fields = gate_fields(&count);
    for (size_t i = 0; i < count; i++)
        names[i] = fields[i].name;
    if (!call_pairs(call, 1, names, count, values, err) ||
        (call->arguments > 1 && !gate_rule_set(call->work->db, &act, template, values, err)))
        return false;
    return show_rule(call, template, err);
}

/* --- scans --- */

static const struct output_column log_columns[] = {
    {"at", "TIME", OUT_TEXT},          {"template", "TEMPLATE", OUT_TEXT}, {"code", "CODE", OUT_TEXT},
    {"gate", "GATE", OUT_TEXT},        {"verdict", "ANSWER", OUT_TEXT},    {"entries", "ENTRIES", OUT_NUMBER},
    {"conflict", "AGAINST", OUT_TEXT}, {"annulled", "ANNULLED", OUT_BOOL}, {"uploaded", "UPLOADED", OUT_BOOL},
    {"scan_id", "SCAN", OUT_TEXT},     {"help", "MEANING", OUT_SAID},
};

/* The newest scans are looked for in ever longer times: `at` has a small index that finds, and does not sort. A code
 * has an index of its own. NULL: all. */
static const char *const windows[] = {"15 min", "2 h", "1 day", "10 days", "100 days", NULL};

bool cmd_gate_log(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *template = call->argument[0], *code = call->argument[1];
    int64_t limit = LIST_DEFAULT;
    size_t i = code ? ARRAY_LEN(windows) - 1 : 0;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err))
        return false;
    do {
        db_rows_clear(&rows);
        if (!db_query(call->work->db, &sql_gate_log, &rows, err, V_TEXT(template), V_TEXT(code), V_INT(limit),
                      V_TEXT(windows[i])))
            return false;
    } while (rows.count < limit && windows[i++] != NULL);
    output_db("kaquan.gate-log.1", log_columns, ARRAY_LEN(log_columns), &rows, call->work);
    return true;
}

bool cmd_gate_annul(struct call *call, struct err *err) {
    const char *template = call->argument[0], *scan_id = call->argument[1];
    struct act act = call_act(call);
    if (!ask_yes(call, err, "Shall the scan %s count no more?", scan_id) ||
        !gate_annul(call->work->db, &act, template, scan_id, err))
        return false;
    say(call, "the scan %s counts no more", scan_id);
    return true;
}

static const struct output_column upload_columns[] = {
    {"line", "LINE", OUT_NUMBER},  {"code", "CODE", OUT_TEXT},       {"gate", "GATE", OUT_TEXT},
    {"scan_id", "SCAN", OUT_TEXT}, {"outcome", "OUTCOME", OUT_TEXT}, {"reason", "REASON", OUT_TEXT},
};

static const char *text_of(const cJSON *scan, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(scan, name));
}

/* The scans of a chunk that somebody should look at; the others are counted. */
static void report(const struct gate_scans *scans, size_t first, const struct db_rows *rows, struct output *o,
                   size_t *good) {
    for (int row = 0; row < rows->count; row++) {
        const cJSON *scan = scans->list[first + (size_t)row].json;
        const char *outcome = db_text(rows, row, "outcome");
        if (strcmp(outcome, "new") == 0 || strcmp(outcome, "known") == 0) {
            ++*good;
            continue;
        }
        output_cell(o, db_text(rows, row, "line"));
        output_cell(o, text_of(scan, "code"));
        output_cell(o, text_of(scan, "gate"));
        output_cell(o, text_of(scan, "scan_id"));
        output_cell(o, outcome);
        output_cell(o, db_null(rows, row, "reason") ? NULL : db_text(rows, row, "reason"));
    }
}

bool cmd_gate_upload(struct call *call, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_SCANS struct gate_scans scans = {0};
    AUTO_OUTPUT_ROWS struct output o =
        output_begin("kaquan.gate-upload.1", upload_columns, ARRAY_LEN(upload_columns));
    struct act act = call_act(call);
    int64_t changed;
    size_t good = 0, next = 0;
    if (!ask_file(call->argument[0], GATE_FILE_MAX, false, &text, err) ||
        !gate_scans_read(buf_str(&text), text.len, &scans, err))
        return false;
    for (size_t first = 0; first < scans.count; first = next) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!gate_scans_keep(call->work->db, &act, &scans, first, &next, &rows, err))
            return fail_in(err, "%zu of %zu scans were kept", first, scans.count);
        report(&scans, first, &rows, &o, &good);
    }
    if (!stat_sum(call->work->db, gate_scans_age(&scans) + CLOCKS_APART_S, &changed, err))
        return false;
    output_list(&o, call->work);
    say(call, "%zu of %zu scans agree with the rules", good, scans.count);
    call->exit_code = good == scans.count ? 0 : EXIT_SOME;
    return true;
}
