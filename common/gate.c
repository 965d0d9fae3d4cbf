#include "gate.h"

#include <stdio.h>

#include "lang.h"
#include "stat.h"

/* clang-format off */
static const struct gate_field fields[] = {
    {"entries",     "3",                      "entries of a ticket in all; none: no limit"},
    {"per_day",     "1",                      "entries a day, in the time zone of the event; none: no limit"},
    {"per_gate",    "1",                      "entries at each gate; none: no limit"},
    {"first_at",    "2026-12-01T08:00+08:00", "first moment of entry, in the time zone of the event unless it names another; or none"},
    {"last_at",     "2026-12-31T22:00+08:00", "last moment of entry, likewise"},
    {"hours",       "09:00-21:30",            "hours of each day, in the time zone of the event, or none"},
    {"exit_gates",  "south_out,east_out",     "gates that let out: their scans are no entries; or none"},
    {"exits_count", "on",                     "on: who went in comes in again only after a scan at an exit"},
};
/* clang-format on */

enum { OBJECT_SIZE = 128 };

const struct gate_field *gate_fields(size_t *count) {
    *count = ARRAY_LEN(fields);
    return fields;
}

bool gate_rule_get(struct db *db, const char *template, struct db_rows *rule, struct err *err) {
    if (!db_query(db, &sql_gate_rule_get, rule, err, V_TEXT(template)))
        return false;
    if (rule->count == 1)
        return true;
    fail(err, ERR_INPUT, "there is no template \"%s\"", template);
    return fail_cure(err, "`kaquan-worker template list` lists the templates");
}

static bool change_field(struct db *db, int64_t template_id, const struct gate_field *field, const char *value,
                         struct db_rows *after, struct err *err) {
    db_rows_clear(after);
    if (db_query(db, &sql_gate_rule_set, after, err, V_INT(template_id), V_TEXT(field->name), V_TEXT(value)))
        return true;
    fail_in(err, "%s", field->name);
    if (err->kind == ERR_INPUT)
        fail_cure(err, "%s; for instance %s=%s", _(field->help), field->name, field->example);
    return false;
}

bool gate_rule_set(struct db *db, const struct act *act, const char *template, const char *const *values,
                   struct err *err) {
    AUTO_ROWS struct db_rows before = {0}, after = {0};
    char object[OBJECT_SIZE];
    if (!db_begin(db, err))
        return false;
    if (!db_do(db, &sql_gate_rule_lock, err, V_TEXT(template)) || !gate_rule_get(db, template, &before, err))
        return audit_undo(db);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (values[i] != NULL &&
            !change_field(db, db_int(&before, 0, "template_id"), &fields[i], values[i], &after, err))
            return audit_undo(db);
    snprintf(object, sizeof object, "template %s", template);
    return audit_commit(db, act, "gate_rule", object, db_text(&before, 0, "record"), db_text(&after, 0, "record"),
                        err);
}

bool gate_annul(struct db *db, const struct act *act, const char *template, const char *scan_id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    char object[OBJECT_SIZE];
    int64_t changed;
    if (!db_begin(db, err))
        return false;
    if (!db_query(db, &sql_gate_annul, &rows, err, V_TEXT(template), V_TEXT(scan_id)))
        return audit_undo(db);
    if (rows.count == 0) {
        fail(err, ERR_INPUT, "%s has no scan \"%s\" that counts", template, scan_id);
        fail_cure(err, "`kaquan-worker gate log %s` lists the scans; refused and annulled ones do not count",
                  template);
        return audit_undo(db);
    }
    if (!stat_sum(db, db_number(&rows, 0, "ago"), &changed, err))
        return audit_undo(db);
    snprintf(object, sizeof object, "scan %s", scan_id);
    return audit_commit(db, act, "gate_annul", object, NULL, db_text(&rows, 0, "record"), err);
}
