#include "code.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "copy.h"

enum { LINE_COLUMNS = 2, LINE_ROW_MAX = 2 + 8 + 4 + CODE_MAX };

/* clang-format off */
static const char *const problem_texts[CODE_PROBLEMS] = {
    [CODE_EMPTY]     = "no code",
    [CODE_LONG]      = "longer than 20 bytes",
    [CODE_CHARACTER] = "a character that is neither letter nor digit",
    [CODE_BUCKET]    = "belongs to another database of this site",
    [CODE_REPEATED]  = "in the file before",
    [CODE_KNOWN]     = "imported before",
    [CODE_TICKET]    = "a ticket already",
};

static const struct code_state states[] = {
    {"imported",   "waits for a fill (merchant mode) or for `pool deposit` (deposit mode)"},
    {"depositing", "on its way to WeChat, not yet seen there"},
    {"deposited",  "WeChat has it"},
    {"claimed",    "is on a ticket"},
    {"rejected",   "WeChat does not take it"},
    {"conflict",   "WeChat had it although it never came from here: not used before somebody looked"},
};
/* clang-format on */

const char *code_problem_text(enum code_problem problem) {
    return problem_texts[problem];
}

const struct code_state *code_states(size_t *count) {
    *count = ARRAY_LEN(states);
    return states;
}

/* --- judging --- */

static bool is_plain(const char *code, size_t len) {
    for (size_t i = 0; i < len; i++) {
        char c = code[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return true;
}

/* CODE_PROBLEMS: none that can be seen from the code alone. */
static enum code_problem judge(const struct code_import *i, const char *code, size_t len) {
    if (len == 0)
        return CODE_EMPTY;
    if (len > CODE_MAX)
        return CODE_LONG;
    if (!is_plain(code, len))
        return CODE_CHARACTER;
    return code_bucket(code, len, i->buckets) == i->bucket ? CODE_PROBLEMS : CODE_BUCKET;
}

static void complain(struct code_import *i, enum code_problem problem, int64_t line) {
    struct code_problem_count *p = &i->problems[problem];
    if (p->count < CODE_LINES_SHOWN)
        p->lines[p->count] = line;
    p->count++;
    i->wrong++;
}

/* --- the import --- */

static bool takes_codes(const struct template *t, struct err *err) {
    if (strcmp(t->code_mode, "wechat") == 0)
        fail(err, ERR_INPUT, "the codes of template %s are made by WeChat", t->key);
    else if (t->bind_openid && strcmp(t->code_mode, "merchant") == 0)
        fail(err, ERR_INPUT, "template %s binds an openid: its codes are made when a card is signed for somebody",
             t->key);
    else if (strcmp(t->status, "deleted") == 0)
        fail(err, ERR_INPUT, "template %s is deleted", t->key);
    else
        return true;
    return fail_cure(err, "codes are imported for templates of the code modes merchant and deposit");
}

static bool begin(struct code_import *i, struct err *err) {
    AUTO_ROWS struct db_rows site = {0};
    if (!db_query0(i->db, &sql_site_bucket, &site, err))
        return false;
    i->bucket = (int)db_int(&site, 0, "bucket");
    i->buckets = (int)db_int(&site, 0, "buckets");
    i->copying = db_begin(i->db, err) && db_do0(i->db, &sql_code_import_patience, err) &&
                 db_do0(i->db, &sql_code_import_clear, err) && db_copy_codes_begin(i->db, err);
    return i->copying;
}

bool code_import_begin(struct code_import *i, struct db *db, const struct template *t, struct err *err) {
    *i = (struct code_import){.db = db, .template = t};
    if (!takes_codes(t, err))
        return false;
    i->chunk = mem_new(COPY_CHUNK);
    i->filled = (size_t)(copy_begin(i->chunk) - i->chunk);
    if (begin(i, err))
        return true;
    code_import_undo(i);
    return false;
}

static bool flush(struct code_import *i, struct err *err) {
    size_t len = i->filled;
    i->filled = 0;
    return db_copy_data(i->db, i->chunk, len, err);
}

bool code_import_add(struct code_import *i, int64_t line, const char *code, size_t len, struct err *err) {
    enum code_problem problem = judge(i, code, len);
    char *end;
    i->read++;
    if (problem != CODE_PROBLEMS) {
        complain(i, problem, line);
        return true;
    }
    if (line > INT32_MAX)
        return fail(err, ERR_INPUT, "a file of more than %d lines", INT32_MAX);
    i->taken++;
    if (i->filled + LINE_ROW_MAX + COPY_END_LEN > COPY_CHUNK && !flush(i, err))
        return false;
    end = copy_field_int(copy_row(i->chunk + i->filled, LINE_COLUMNS), (uint32_t)line);
    i->filled = (size_t)(copy_field(end, code, len) - i->chunk);
    return true;
}

/* What the database knows to be wrong with codes that look well. */
static bool find_problems(struct code_import *i, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(i->db, &sql_code_import_problems, &rows, err, V_INT(i->template->id)))
        return false;
    for (int row = 0; row < rows.count; row++) {
        struct code_problem_count *p = &i->problems[CODE_REPEATED + db_int(&rows, row, "problem")];
        const char *at = db_text(&rows, row, "lines");
        char *end;
        p->count = db_int(&rows, row, "count");
        i->wrong += p->count;
        for (int n = 0; n < CODE_LINES_SHOWN && *at != '\0'; n++, at = end + strspn(end, " "))
            p->lines[n] = strtoll(at, &end, 10);
    }
    return true;
}

/* All or none; *whole says which. */
static bool take_over(struct code_import *i, bool *whole, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(i->db, &sql_code_import, &rows, err, V_INT(i->template->id)))
        return false;
    *whole = !db_null(&rows, 0, "taken");
    if (*whole && db_int(&rows, 0, "taken") != i->taken)
        return fail(err, ERR_BUG, "%" PRId64 " codes were sent, %" PRId64 " arrived", i->taken,
                    db_int(&rows, 0, "taken"));
    return true;
}

static bool store(struct code_import *i, struct err *err) {
    int64_t staged;
    bool whole = false;
    i->filled = (size_t)(copy_end(i->chunk + i->filled) - i->chunk);
    if (!flush(i, err))
        return false;
    i->copying = false;
    if (!db_copy_end(i->db, NULL, &staged, err))
        return false;
    if (i->wrong == 0 && !take_over(i, &whole, err))
        return false;
    if (!whole && !find_problems(i, err))
        return false;
    if (i->wrong > 0)
        return fail(err, ERR_INPUT, "%" PRId64 " of %" PRId64 " codes are no good: nothing was imported", i->wrong,
                    i->read);
    return i->taken > 0 || fail(err, ERR_INPUT, "there is no code in it");
}

bool code_import_end(struct code_import *i, const struct act *act, bool dry_run, struct err *err) {
    char object[64], after[64];
    snprintf(object, sizeof object, "template %s", i->template->key);
    snprintf(after, sizeof after, "{\"codes\": %" PRId64 "}", i->taken);
    bool good = store(i, err) && (dry_run || (db_do0(i->db, &sql_code_import_clear, err) &&
                                              audit_commit(i->db, act, "code_import", object, NULL, after, err)));
    code_import_undo(i);
    return good;
}

void code_import_undo(struct code_import *i) {
    if (i->copying)
        db_copy_end(i->db, "given up", NULL, NULL);
    db_rollback(i->db);
    free(i->chunk);
    i->chunk = NULL;
    i->copying = false;
}
