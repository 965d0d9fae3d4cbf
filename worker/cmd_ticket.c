#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "ask.h"
#include "audit.h"
#include "cmd.h"
#include "csv.h"
#include "lang.h"
#include "output.h"
#include "progress.h"
#include "ticket.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 10000 };

static const struct output_column columns[] = {
    {"template", "TEMPLATE", OUT_TEXT}, {"request_id", "REQUEST", OUT_TEXT},     {"code", "CODE", OUT_TEXT},
    {"state", "STATE", OUT_TEXT},       {"claimed_at", "CLAIMED", OUT_TEXT},     {"openid", "OPENID", OUT_TEXT},
    {"holder", "HOLDER", OUT_TEXT},     {"valid_until", "CARD UNTIL", OUT_TEXT}, {"epoch", "EPOCH", OUT_NUMBER},
    {"account", "ACCOUNT", OUT_TEXT},
};

static const struct output_column all[] = {
    {"template", "template", OUT_TEXT},
    {"account", "account", OUT_TEXT},
    {"request_id", "request", OUT_TEXT},
    {"code", "code", OUT_TEXT},
    {"codes_before", "codes before", OUT_JSON},
    {"state", "state", OUT_TEXT},
    {"claimed_at", "claimed", OUT_TEXT},
    {"openid", "claimed by", OUT_TEXT},
    {"holder", "holder", OUT_TEXT},
    {"outer_str", "outer_str", OUT_TEXT},
    {"epoch", "epoch", OUT_NUMBER},
    {"valid_until", "card until", OUT_TEXT},
};

static const struct output_column steps[] = {
    {"at", "TIME", OUT_TEXT},   {"template", "TEMPLATE", OUT_TEXT}, {"request_id", "REQUEST", OUT_TEXT},
    {"kind", "STEP", OUT_TEXT}, {"code", "CODE", OUT_TEXT},         {"detail", "DETAIL", OUT_JSON},
};

/* Reads --filter; one that no index helps is asked about where there are many tickets. */
static bool read_filter(struct call *call, struct filter *filter, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf text = {0};
    if (!ask_filter(call, &ticket_fields, &text, filter, err))
        return false;
    if (filter->terms == 0 || filter_is_indexed(filter))
        return true;
    if (!db_query0(call->work->db, &sql_ticket_rows, &rows, err))
        return false;
    int64_t tickets = db_int(&rows, 0, "tickets");
    return tickets < TICKET_READ_MANY ||
           ask_yes(call, err, "No index helps this filter: up to %lld tickets are read. Go on?", (long long)tickets);
}

bool cmd_ticket_list(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ticket.1", columns, ARRAY_LEN(columns));
    struct filter filter;
    char next[TICKET_PLACE];
    int64_t limit = LIST_DEFAULT;
    if (!call_int(call, OPT_LIMIT, 1, LIST_MAX, &limit, err) || !read_filter(call, &filter, err) ||
        !ticket_list(call->work->db, &filter, call->option[OPT_AFTER], limit, &rows, next, err))
        return false;
    output_rows(&o, &rows);
    o.next = next[0] ? next : NULL;
    output_list(&o, call->work);
    if (next[0] && !call->work->json)
        say(call, "there may be more: --after '%s'", next);
    return true;
}

/* Asks about the tickets of the argument, a code or request id, or of the person in --openid-file. */
static bool find(const struct call *call, const struct sql *statement, struct db_rows *rows, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *key = call->arguments > 0 ? call->argument[0] : NULL, *person = NULL;
    int count;
    if ((key != NULL) == (call->option[OPT_OPENID_FILE] != NULL)) {
        fail(err, ERR_USAGE, "whose tickets? One is expected: a code or request id, or --openid-file");
        return fail_cure(err, "`kaquan-worker help ticket %s` shows how it is used", call->command->verb);
    }
    if (key == NULL && !ask_persons(call, 1, &text, &person, &count, err))
        return false;
    return db_query(call->work->db, statement, rows, err, V_TEXT(key), V_TEXT(person),
                    V_TEXT(call->option[OPT_TEMPLATE]));
}

static bool find_one(const struct call *call, struct db_rows *rows, struct err *err) {
    const char *key = call->arguments > 0 ? call->argument[0] : _("the person");
    if (!find(call, &sql_ticket_find, rows, err))
        return false;
    if (rows->count == 0) {
        fail(err, ERR_INPUT, "%s: there is no such ticket", key);
        return fail_cure(err, "give its code or request id, or a person by --openid-file");
    }
    if (rows->count > 1) {
        fail(err, ERR_INPUT, "%s has %d tickets", key, rows->count);
        return fail_cure(err, "add --template, or see them all: kaquan-worker ticket timeline");
    }
    return true;
}

static void show_one(const struct call *call, const struct db_rows *rows) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.ticket-full.1", all, ARRAY_LEN(all));
    output_rows(&o, rows);
    output_record(&o, call->work);
}

bool cmd_ticket_show(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!find_one(call, &rows, err))
        return false;
    show_one(call, &rows);
    return true;
}

/* Nothing is shown before the row of the audit log is there for good. */
bool cmd_ticket_look(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct act act = call_act(call);
    char object[160];
    if (!find_one(call, &rows, err) || !db_begin(call->work->db, err))
        return false;
    snprintf(object, sizeof object, "ticket %s %s", db_text(&rows, 0, "template"),
             db_text(&rows, 0, db_null(&rows, 0, "code") ? "request_id" : "code"));
    if (!audit_commit(call->work->db, &act, "ticket_look", object, NULL, NULL, err))
        return false;
    show_one(call, &rows);
    return true;
}

bool cmd_ticket_timeline(struct call *call, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!find(call, &sql_ticket_timeline, &rows, err))
        return false;
    output_db("kaquan.ticket-step.1", steps, ARRAY_LEN(steps), &rows, call->work);
    return true;
}

/* --- export --- */

static void write_head(void) {
    AUTO_BUF struct buf line = {0};
    const char *names[ARRAY_LEN(columns)];
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        names[i] = columns[i].name;
    csv_line(&line, names, ARRAY_LEN(names));
    fputs(buf_str(&line), stdout);
}

static void write_rows(const struct db_rows *rows) {
    AUTO_BUF struct buf lines = {0};
    for (int row = 0; row < rows->count; row++) {
        const char *cells[ARRAY_LEN(columns)];
        for (size_t i = 0; i < ARRAY_LEN(columns); i++)
            cells[i] = db_text(rows, row, columns[i].name);
        csv_line(&lines, cells, ARRAY_LEN(cells));
    }
    fputs(buf_str(&lines), stdout);
}

static bool write_all(struct call *call, struct err *err) {
    struct progress *progress = progress_new("export");
    int64_t done = 0;
    bool good = true;
    for (int count = 1; good && count > 0 && !app_stopping(); done += count) {
        AUTO_ROWS struct db_rows rows = {0};
        good = ticket_export_next(call->work->db, &rows, err);
        count = good ? rows.count : 0;
        if (count > 0)
            write_rows(&rows);
        progress_set(progress, done + count, 0);
    }
    progress_free(progress);
    if (good && app_stopping())
        return fail(err, ERR_STOPPED, "stopped after %lld tickets", (long long)done);
    if (good)
        say(call, "%lld tickets", (long long)done);
    return good;
}

/* Standard output becomes the file, which must not be there yet. */
static bool write_to(const char *path, struct err *err) {
    if (freopen(path, "wxe", stdout) != NULL)
        return true;
    fail(err, ERR_IO, "%s: %s", path, strerror(errno));
    return fail_cure(err, "name a file that is not there yet, in a directory that you may write to");
}

bool cmd_ticket_export(struct call *call, struct err *err) {
    struct filter filter;
    if (call->work->json) {
        fail(err, ERR_USAGE, "an export is CSV");
        return fail_cure(err, "`kaquan-worker ticket list --json` is the same as JSON");
    }
    if (!read_filter(call, &filter, err) || (call->arguments > 0 && !write_to(call->argument[0], err)) ||
        !ticket_export_begin(call->work->db, &filter, err))
        return false;
    write_head();
    bool good = write_all(call, err);
    ticket_export_end(call->work->db);
    return good && output_end(err);
}
