#include "shared_acts.h"

#include <string.h>

#include "job_planned.h"
#include "lang.h"
#include "wechat.h"
#include "words.h"

/* clang-format off */
static const struct field fields[] = {
    {"id",          "ID",          0, 0, 0, SHOW_TEXT, NULL},
    {"kind",        "KIND",        0, 0, 0, SHOW_WORD, "kind"},
    {"object",      "OBJECT",      0, 0, 0, SHOW_TEXT, NULL},
    {"state",       "STATE",       0, 0, 0, SHOW_WORD, "state"},
    {"attempts",    "TRY",         0, 0, 0, SHOW_NUMBER, NULL},
    {"next_s",      "NEXT TRY IN", 0, 0, 0, SHOW_SPAN, NULL},
    {"created_by",  "QUEUED BY",   0, 0, 0, SHOW_TEXT, NULL},
    {"created_at",  "QUEUED",      0, 0, 0, SHOW_TIME, NULL},
    {"host",        "RUNS ON",     0, 0, 0, SHOW_TEXT, NULL},
    {"started_at",  "STARTED",     0, 0, 0, SHOW_TIME, NULL},
    {"finished_at", "FINISHED",    0, 0, 0, SHOW_TIME, NULL},
    {"took_s",      "TOOK",        0, 0, 0, SHOW_SPAN, NULL},
    {"done",        "DONE",        0, 0, 0, SHOW_NUMBER, NULL},
    {"total",       "OF",          0, 0, 0, SHOW_NUMBER, NULL},
    {"per_second",  "A SECOND",    0, 0, 0, SHOW_TEXT, NULL},
    {"result",      "RESULT",      0, 0, 0, SHOW_TEXT, NULL},
    {"error_class", "ERROR",       0, 0, 0, SHOW_TEXT, NULL},
    {"errcode",     "ERRCODE",     0, 0, 0, SHOW_TEXT, NULL},
    {"error_text",  "WHAT FAILED", 0, 0, 0, SHOW_TEXT, NULL},
};
static const struct field part_fields[] = {
    {"part",      "PART",        6,  8,  0, SHOW_NUMBER, NULL},
    {"state",     "STATE",       8,  10, 0, SHOW_WORD, "state"},
    {"codes",     "CODES LEFT",  5,  10, 0, SHOW_NUMBER, NULL},
    {"confirmed", "DONE",        5,  6,  0, SHOW_NUMBER, NULL},
    {"sent_at",   "SENT AT",     14, 14, 0, SHOW_TIME, NULL},
    {"errcode",   "ERRCODE",     0,  8,  0, SHOW_TEXT, NULL},
    {"said",      "WECHAT SAID", 10, 90, 1, SHOW_TEXT, NULL},
};
static const struct field log_fields[] = {
    {"at",    "TIME",  14, 14, 0, SHOW_TIME, NULL},
    {"level", "LEVEL", 7,  7,  0, SHOW_WORD, "level"},
    {"text",  "TEXT",  20, 90, 1, SHOW_TEXT, NULL},
};
/* clang-format on */

enum { RECORD, PARTS, LOG };
static const struct part parts[] = {
    [RECORD] = {.statement = &sql_tui_job,
                .every = 1,
                .given = {"{subject}"},
                .given_count = 1,
                .look = LOOK_RECORD,
                .fields = fields,
                .field_count = ARRAY_LEN(fields),
                .empty = N_("This job is not kept any more.")},
    [PARTS] = {.title = N_("Parts"),
               .statement = &sql_job_parts,
               .every = 5,
               .given = {"{subject}", "200"},
               .given_count = 2,
               .look = LOOK_LIST,
               .rows = 12,
               .optional = true,
               .fields = part_fields,
               .field_count = ARRAY_LEN(part_fields)},
    [LOG] = {.title = N_("Log"),
             .statement = &sql_tui_job_log,
             .every = 1.5,
             .given = {"{subject}"},
             .given_count = 1,
             .look = LOOK_LOG,
             .fields = log_fields,
             .field_count = ARRAY_LEN(log_fields),
             .empty = N_("It has said nothing yet.")},
};

/* What the errcode means and what to do about it. Returns the rows it took. */
static int draw_cure(const struct db_rows *rows, struct area area) {
    int errcode = rows->count == 1 ? (int)db_int(rows, 0, "errcode") : 0, used;
    bool token = errcode != 0 && strcmp(db_text(rows, 0, "kind"), "credential_refresh") == 0;

    used = ui_paragraph(area, ROLE_WARN, wechat_meaning(errcode, token));
    area.row += used;
    area.rows -= used;
    return used + ui_paragraph(area, ROLE_NORMAL, wechat_cure(errcode, token));
}

static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    int used =
        draw_cure(&view->panes[RECORD].rows, (struct area){area.row, area.column, area.rows / 4, area.columns});

    area.row += used;
    area.rows -= used;
    parts_draw(view, area);
}

/* --- what can be done --- */

static const char *why_no_retry(const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");

    return strcmp(state, "failed") == 0 || strcmp(state, "cancelled") == 0 || strcmp(state, "queued") == 0
               ? NULL
               : N_("only a job that failed, was cancelled or waits is tried again");
}

static const char *why_no_cancel(const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");

    return strcmp(state, "queued") == 0 || strcmp(state, "running") == 0 ? NULL : N_("this job is over");
}

/* What nobody thinks of who wants something to stop. */
static void warn_of_pause(const struct words *words, struct buf *out) {
    const struct job_planned *kind = job_planned_find(words_value(words, "kind"));

    if (!kind || strcmp(words_value(words, "verb"), "pause") != 0)
        return;
    buf_text(out, kind->endangers ? _("DANGER. ") : "");
    buf_printf(out, _("While it is paused: %s."), _(kind->rests));
    buf_char(out, '\n');
}

static const struct prompt why[] = {
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};

/* clang-format off */
static const struct prompt queue_prompts[] = {
    {"due",    N_("Kind"),   N_("a kind of the schedule, as prune or whitelist_check"), PROMPT_TEXT, true, "{at_kind}", NULL},
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const char *const pause_verbs[] = {"pause", "resume", NULL};
static const struct prompt pause_prompts[] = {
    {"verb",   N_("What"),   N_("pause: nothing plans it any more; resume: it goes on"), PROMPT_CHOICE, true, "{at_verb}", pause_verbs},
    {"kind",   N_("Kind"),   N_("a kind of job; what people queue of it is done all the same"), PROMPT_TEXT, true, "{at_kind}", NULL},
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};

const struct act job_acts[JOB_ACTS] = {
    {.key = 'R', .label = "R", .hint = N_("Retry"), .help = N_("queue the job again, now"),
     .danger = DANGER_ASK, .command = "job retry {row}", .hindrance = why_no_retry, .needs = "update job"},
    {.key = 'K', .label = "K", .hint = N_("Cancel"), .help = N_("end the job, or ask it to stop"),
     .danger = DANGER_ASK, .command = "job cancel {row} [--reason={reason}]", .prompts = why, .prompt_count = 1, .hindrance = why_no_cancel, .needs = "update job"},
    {.key = 'Q', .label = "Q", .hint = N_("Run now"), .help = N_("queue now what comes by the clock otherwise"),
     .danger = DANGER_ASK, .command = "job queue {due} [--reason={reason}]", .prompts = queue_prompts, .prompt_count = 2, .anywhere = true, .needs = "insert job"},
    {.key = 'P', .label = "P", .hint = N_("Pause"), .help = N_("let a kind of jobs rest, or go on"), .danger = DANGER_ASK, .command = "job {verb} {kind} [--reason={reason}]",
     .prompts = pause_prompts, .prompt_count = ARRAY_LEN(pause_prompts), .anywhere = true, .warn = warn_of_pause, .needs = "insert job_pause"},
};
/* clang-format on */

static void job_words(const struct view *view, struct words *words) {
    if (view_row(view) >= 0)
        words_add(words, "at_kind", db_text(&view->panes[RECORD].rows, view_row(view), "kind"));
}

const struct screen screen_job = {
    .name = "job",
    .title = N_("Job"),
    .help = N_("one job, the parts of a deposit, its log"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = job_acts,
    .act_count = JOB_ACTS,
    .child = true,
    .words = job_words,
    .draw = draw,
};
