#include "check.h"

#include <stdarg.h>
#include <string.h>

#include "lang.h"

enum { EXIT_WARN = 2 };

static const struct output_column columns[] = {
    {"check", "CHECK", OUT_TEXT},
    {"state", "STATE", OUT_TEXT},
    {"found", "FOUND", OUT_TEXT},
    {"cure", "WHAT TO DO", OUT_TEXT},
};

struct check_list check_begin(const char *schema) {
    return (struct check_list){.lines = output_begin(schema, columns, ARRAY_LEN(columns))};
}

void check_add(struct check_list *list, const char *name, enum check_state state, int fail_code, const char *cure,
               const char *format, ...) {
    static const char *const states[] = {"ok", "warn", "fail"};
    AUTO_BUF struct buf found = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&found, lang_text(format), args);
    va_end(args);
    output_cell(&list->lines, name);
    output_cell(&list->lines, states[state]);
    output_cell(&list->lines, buf_str(&found));
    output_cell(&list->lines, state == CHECK_OK || cure == NULL ? NULL : _(cure));
    if (state > list->worst || (state == CHECK_FAIL && list->exit_code == 0)) {
        list->worst = state;
        list->exit_code = state == CHECK_OK ? 0 : state == CHECK_WARN ? EXIT_WARN : fail_code;
    }
}

/* The text between values: "address {203.0.113.9}" -> "address {}". */
static void without_values(const char *said, struct buf *out) {
    while (*said != '\0') {
        size_t len = strcspn(said, "{");
        buf_add(out, said, len);
        said += len;
        if (*said == '{') {
            buf_text(out, "{}");
            said += strcspn(said, "}");
            said += *said == '}';
        }
    }
}

/* Puts the values of `said` into `form`, in their order. */
static void with_values(const char *form, const char *said, struct buf *out) {
    for (const char *gap; (gap = strstr(form, "{}")) != NULL; form = gap + 2) {
        size_t len;
        said += strcspn(said, "{");
        said += *said == '{';
        len = strcspn(said, "}");
        buf_add(out, form, (size_t)(gap - form));
        buf_add(out, said, len);
        said += len;
    }
    buf_text(out, form);
}

static void add_said(const char *said, struct buf *out) {
    AUTO_BUF struct buf form = {0};
    without_values(said, &form);
    with_values(lang_text(buf_str(&form)), said, out);
}

void check_row(struct check_list *list, const char *name, int fail_code, const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");
    AUTO_BUF struct buf found = {0}, cure = {0};
    add_said(db_text(rows, row, "found"), &found);
    add_said(db_text(rows, row, "cure"), &cure);
    check_add(list, name,
              strcmp(state, "ok") == 0     ? CHECK_OK
              : strcmp(state, "warn") == 0 ? CHECK_WARN
                                           : CHECK_FAIL,
              fail_code, buf_str(&cure), "%s", buf_str(&found));
}

void check_err(struct check_list *list, const char *name, const struct err *err) {
    check_add(list, name, CHECK_FAIL, err_class(err->kind)->exit_code, err->cure, "%s", err->text);
}

void check_paused(struct check_list *list, struct db *db) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf kinds = {0};
    struct err err = {0};
    if (!db_query0(db, &sql_job_paused, &rows, &err)) {
        check_err(list, "paused jobs", &err);
        return;
    }
    for (int i = 0; i < rows.count; i++)
        buf_printf(&kinds, "%s%s", i > 0 ? ", " : "", db_text(&rows, i, "kind"));
    check_add(list, "paused jobs", rows.count > 0 ? CHECK_WARN : CHECK_OK, 0, "kaquan-worker job resume KIND", "%s",
              rows.count > 0 ? buf_str(&kinds) : _("none"));
}

int check_end(struct check_list *list, const struct work *work) {
    output_list(&list->lines, work);
    output_clear(&list->lines);
    return list->exit_code;
}
