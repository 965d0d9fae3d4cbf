/* gate.h - what the operators do about the gates: rules, annulled entries, scans of gates that were cut off. Gates
 * themselves call ticket_admit(). */
#ifndef KAQUAN_GATE_H
#define KAQUAN_GATE_H

#include <cjson/cJSON.h>

#include "audit.h"
#include "db.h"
#include "err.h"

/* A field of a template's rule. */
struct gate_field {
    const char *name;
    const char *example;
    const char *help;
};
const struct gate_field *gate_fields(size_t *count);

/* Changes a rule: a value for each field of gate_fields(), NULL: stays. All of them or none. */
bool gate_rule_set(struct db *db, const struct act *act, const char *template, const char *const *values,
                   struct err *err);
/* The rule as text, a column for each field. */
bool gate_rule_get(struct db *db, const char *template, struct db_rows *rule, struct err *err);

/* Makes an entry (or a scan at an exit) count no more. */
bool gate_annul(struct db *db, const struct act *act, const char *template, const char *scan_id, struct err *err);

/* Scans taken offline: by ticket, those of one in the order of their times. */
enum { GATE_FILE_MAX = 64 << 20 };
struct gate_scan {
    double at; /* Unix seconds */
    cJSON *json;
};
struct gate_scans {
    struct gate_scan *list;
    size_t count, room;
};
#define AUTO_SCANS AUTO(gate_scans_clear)
void gate_scans_clear(struct gate_scans *scans);

/* How long ago the first of them was taken, in seconds by this host's clock; 0: there are none. */
double gate_scans_age(const struct gate_scans *scans);

/* Reads a JSON object a line: at (ISO 8601 with a zone), template, code, gate, scan_id, admitted (true unless said).
 * ERR_INPUT names the line. */
bool gate_scans_read(const char *text, size_t len, struct gate_scans *scans, struct err *err);
/* Keeps those from `first` on, as many as fit one transaction, with a row of the audit log; *next is the first of the
 * following. A row for each: line, outcome, reason. */
bool gate_scans_keep(struct db *db, const struct act *act, const struct gate_scans *scans, size_t first, size_t *next,
                     struct db_rows *rows, struct err *err);

#endif
