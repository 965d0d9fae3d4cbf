#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "code.h"
#include "code_file.h"
#include "follow.h"
#include "job.h"
#include "lang.h"
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
        output_cell(&o, _(code_problem_text((enum code_problem)p)));
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
            progress_set(bar, i->read, code_file_about(file, i->read));
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
        !db_query(call->work->db, &sql_code_states, &rows, err, V_TEXT(t.key)))
        return false;
    for (size_t i = 0; i < count; i++) {
        output_cell(&o, states[i].name);
        output_int(&o, count_of(&rows, states[i].name));
        output_cell(&o, _(states[i].help));
    }
    output_list(&o, call->work);
    return true;
}

/* --- deposit --- */

static bool can_deposit(const struct template *t, struct err *err) {
    if (strcmp(t->code_mode, "deposit") != 0) {
        fail(err, ERR_INPUT, "template %s has the code mode %s: its codes are not deposited", t->key, t->code_mode);
        return fail_cure(err, "the code mode is chosen when a template is created: get_custom_code_mode");
    }
    if (strcmp(t->status, "approved") != 0) {
        fail(err, ERR_INPUT, "template %s has the status %s: codes are deposited once it is approved", t->key,
             t->status);
        return fail_cure(err, "`kaquan-worker template show %s` says what WeChat said", t->key);
    }
    return true;
}

static bool queue_deposit(struct call *call, const struct template *t, int64_t *job, struct err *err) {
    struct act act = call_act(call);
    char object[64], after[64];
    if (!db_begin(call->work->db, err))
        return false;
    if (!job_queue(call->work->db, "code_deposit", t->account_id, t->id, NULL, job, err))
        return audit_undo(call->work->db);
    snprintf(object, sizeof object, "template %s", t->key);
    snprintf(after, sizeof after, "{\"job\": \"%lld\"}", (long long)*job);
    return audit_commit(call->work->db, &act, "code_deposit", object, NULL, after, err);
}

bool cmd_pool_deposit(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    struct template t;
    char undone[80];
    int64_t job;
    if (!template_get(call->work->db, call->argument[0], &t, err) || !can_deposit(&t, err) ||
        !queue_deposit(call, &t, &job, err))
        return false;
    say(call, "job %lld deposits the codes of %s", (long long)job, t.key);
    snprintf(undone, sizeof undone, _("the codes of %s were not all deposited"), t.key);
    if (call->option[OPT_WAIT] != NULL && !follow_job(call->work, job, t.key, undone, err))
        return false;
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}
