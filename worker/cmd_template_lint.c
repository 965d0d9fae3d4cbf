#include <string.h>

#include "ask.h"
#include "clock.h"
#include "cmd.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "template.h"
#include "template_lint.h"

static const struct output_column columns[] = {
    {"level", "LEVEL", OUT_TEXT},     {"path", "WHERE", OUT_TEXT},       {"cause", "WHAT", OUT_TEXT},
    {"cure", "WHAT TO DO", OUT_TEXT}, {"source", "REFERENCE", OUT_TEXT},
};

static void show(const struct lint *lint, const struct work *work) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.lint.1", columns, ARRAY_LEN(columns));
    for (size_t i = 0; i < lint->count; i++) {
        const struct lint_problem *p = &lint->problems[i];
        output_cell(&o, lint_level_name(p->level));
        output_cell(&o, p->path);
        output_cell(&o, p->cause);
        output_cell(&o, p->cure);
        output_cell(&o, p->source);
    }
    output_list(&o, work);
}

bool cmd_template_lint(struct call *call, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_JSON cJSON *body = NULL;
    AUTO_LINT struct lint lint = {0};
    const char *path = call->argument[0];
    if (!ask_file(path, TEMPLATE_BODY_MAX, false, &text, err))
        return false;
    body = template_parse(buf_str(&text), text.len, err);
    if (body == NULL)
        return fail_in(err, "%s", strcmp(path, "-") == 0 ? _("standard input") : path);
    template_lint(body, (int64_t)clock_wall(), &lint);
    show(&lint, call->work);
    if (lint.found[LINT_ERROR] > 0)
        call->exit_code = err_class(ERR_INPUT)->exit_code;
    say(call, "%d errors, %d warnings", lint.found[LINT_ERROR], lint.found[LINT_WARNING]);
    return true;
}
