#include "check.h"

#include <stdarg.h>

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

void check_err(struct check_list *list, const char *name, const struct err *err) {
    check_add(list, name, CHECK_FAIL, err_class(err->kind)->exit_code, err->cure, "%s", err->text);
}

int check_end(struct check_list *list, const struct work *work) {
    output_list(&list->lines, work);
    output_clear(&list->lines);
    return list->exit_code;
}
