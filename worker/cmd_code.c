#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "code.h"
#include "code_file.h"
#include "output.h"
#include "progress.h"

/* --- import --- */

static void show_problems(const struct code_import *i, const struct work *work) {
    static const struct output_column columns[] = {
        {"problem", "PROBLEM", OUT_TEXT}, {"count", "CODES", OUT_NUMBER}, {"lines", "LINES", OUT_TEXT}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.code-problem.1", columns, ARRAY_LEN(columns));
    for (size_t p = 0; p < CODE_PROBLEMS; p++) {
        const struct code_problem_count *problem = &i->problems[p];
        AUTO_BUF struct buf lines = {0};
        if (problem->count == 0)
            continue;
        for (int n = 0; n < problem->count && n < CODE_LINES_SHOWN; n++)
            buf_printf(&lines, "%s%lld", n > 0 ? ", " : "", (long long)problem->lines[n]);
        if (problem->count > CODE_LINES_SHOWN)
            buf_text(&lines, ", ...");
        output_cell(&o, code_problem_text(p));
        output_int(&o, problem->count);
        output_cell(&o, buf_str(&lines));
    }
    output_list(&o, work);
}

static bool add_all(struct code_import *i, struct code_file *file, struct progress *bar, struct err *err) {
    struct code_read code;
    bool found = true;
    while (!app_stopping()) {
        if (!code_file_next(file, &code, &found, err))
            return false;
        if (!found)
            return true;
        if (!code_import_add(i, code.line, code.text, code.len, err))
            return false;
        if (i->read % 4096 == 0)
            progress_set(bar, i->read, 0);
    }
    return fail(err, ERR_STOPPED, "stopped; nothing was imported");
}

static bool import(struct call *call, struct code_import *i, struct code_file *file, struct err *err) {
    struct act act = call_act(call);
    struct progress *bar = progress_new(i->template->key);
    bool good = add_all(i, file, bar, err);
    progress_free(bar);
    if (good)
        return code_import_end(i, &act, call->work->dry_run, err);
    code_import_undo(i);
    return false;
}

static void show_imported(const struct call *call, const struct code_import *i) {
    static const struct output_column columns[] = {
        {"template", "template", OUT_TEXT}, {"codes", "codes", OUT_NUMBER}, {"imported", "imported", OUT_BOOL}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.code-import.1", columns, ARRAY_LEN(columns));
    output_cell(&o, i->template->key);
    output_int(&o, i->taken);
    output_bool(&o, !call->work->dry_run);
    output_record(&o, call->work);
}

static void say_next(const struct call *call, const struct code_import *i) {
    const struct template *t = i->template;
    if (call->work->dry_run)
        say(call, "%lld codes are good; nothing was imported (--dry-run)", (long long)i->taken);
    else if (strcmp(t->code_mode, "deposit") == 0)
        say(call, "next: kaquan-worker pool deposit %s", t->key);
    else
        say(call, "the next fill of %s puts them on cards", t->key);
}

bool cmd_pool_import(struct call *call, struct err *err) {
    AUTO_CODE_FILE struct code_file *file = NULL;
    struct template t;
    struct code_import i;
    if (!template_get(call->work->db, call->argument[0], &t, err))
        return false;
    file = code_file_open(call->argument[1], call->option[OPT_COLUMN], err);
    if (file == NULL || !code_import_begin(&i, call->work->db, &t, err))
        return false;
    if (!import(call, &i, file, err)) {
        if (i.wrong > 0)
            show_problems(&i, call->work);
        return false;
    }
    show_imported(call, &i);
    say_next(call, &i);
    return true;
}

/* --- codes --- */

static int64_t count_of(const struct db_rows *rows, const char *state) {
    for (int i = 0; i < rows->count; i++)
        if (strcmp(db_text(rows, i, "state"), state) == 0)
            return db_int(rows, i, "codes");
    return 0;
}

bool cmd_pool_codes(struct call *call, struct err *err) {
    static const struct output_column columns[] = {
        {"state", "STATE", OUT_TEXT}, {"codes", "CODES", OUT_NUMBER}, {"meaning", "MEANING", OUT_TEXT}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.pool-codes.1", columns, ARRAY_LEN(columns));
    AUTO_ROWS struct db_rows rows = {0};
    struct template t;
    size_t count;
    const struct code_state *states = code_states(&count);
    if (!template_get(call->work->db, call->argument[0], &t, err) ||
        !db_query(call->work->db, &sql_code_states, &rows, err, V_INT(t.id)))
        return false;
    for (size_t i = 0; i < count; i++) {
        output_cell(&o, states[i].name);
        output_int(&o, count_of(&rows, states[i].name));
        output_cell(&o, states[i].help);
    }
    output_list(&o, call->work);
    return true;
}
