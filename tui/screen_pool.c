#include "shared_acts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act.h"
#include "chart.h"
#include "console.h"
#include "lang.h"

/* --- what is shown --- */

enum { POOL, FILLS, CODES };
/* clang-format off */
static const struct field fields[] = {
    {"title",            "TEMPLATE",      0, 0, 0, SHOW_TEXT, NULL},
    {"state",            "STATE",         0, 0, 0, SHOW_WORD, "pool"},
    {"ready",            "READY",         0, 0, 0, SHOW_NUMBER, NULL},
    {"wanted",           "WANTED",        0, 0, 0, SHOW_NUMBER, NULL},
    {"target",           "TARGET SET",    0, 0, 0, SHOW_NUMBER, NULL},
    {"low",              "LOW WATER",     0, 0, 0, SHOW_NUMBER, NULL},
    {"codes",            "CODES",         0, 0, 0, SHOW_WORD, "codes"},
    {"codes_left",       "CODES LEFT",    0, 0, 0, SHOW_NUMBER, NULL},
    {"stock",            "STOCK",         0, 0, 0, SHOW_NUMBER, NULL},
    {"stock_left",       "STOCK LEFT",    0, 0, 0, SHOW_NUMBER, NULL},
    {"sale",             "SALE",          0, 0, 0, SHOW_TEXT, NULL},
    {"epoch",            "EPOCH",         0, 0, 0, SHOW_TEXT, NULL},
    {"life_s",           "LIFE",          0, 0, 0, SHOW_SPAN, NULL},
    {"credential_epoch", "NEWEST EPOCH",  0, 0, 0, SHOW_TEXT, NULL},
    {"rotation_s",       "NEXT EPOCH IN", 0, 0, 0, SHOW_SPAN, NULL},
    {"deposits_open",    "DEPOSITS OPEN", 0, 0, 0, SHOW_NUMBER, NULL},
};
static const struct field fill_fields[] = {
    {"fill",       "BATCH",   5,  8,  0, SHOW_TEXT, NULL},
    {"epoch",      "EPOCH",   5,  6,  0, SHOW_TEXT, NULL},
    {"cards",      "CARDS",   6,  7,  0, SHOW_NUMBER, NULL},
    {"per_second", "CARDS/S", 7,  9,  0, SHOW_NUMBER, NULL},
    {"age_s",      "AGO",     6,  7,  0, SHOW_SPAN, NULL},
    {"reason",     "REASON",  10, 20, 1, SHOW_WORD, "reason"},
};
static const struct field code_fields[] = {
    {"state", "CODES", 12, 16, 0, SHOW_WORD, "code"},
    {"codes", "COUNT", 8,  10, 0, SHOW_NUMBER, NULL},
};
/* clang-format on */

static const struct part parts[] = {
    [POOL] = {.statement = &sql_tui_pool,
              .every = 1,
              .given = {"{subject}"},
              .given_count = 1,
              .look = LOOK_RECORD,
              .fields = fields,
              .field_count = ARRAY_LEN(fields),
              .empty = N_("There is no such template any more.")},
    [FILLS] = {.title = N_("Last fills"),
               .statement = &sql_tui_batches,
               .every = 5,
               .given = {"{subject}"},
               .given_count = 1,
               .fields = fill_fields,
               .field_count = ARRAY_LEN(fill_fields),
               .empty = N_("Nothing was signed yet: the worker fills the pools.")},
    [CODES] = {.title = N_("Imported codes"), /* counting them reads all: once, and when r asks */
               .statement = &sql_code_states,
               .given = {"{subject}"},
               .given_count = 1,
               .fields = code_fields,
               .field_count = ARRAY_LEN(code_fields),
               .empty = N_("None: I imports some.")},
};

/* --- plots --- */

/* "18:42", so many seconds from now; "-" for never. */
static const char *clock_in(char out[UI_FIGURE], double seconds) {
    time_t at = (time_t)(ui_wall() + seconds);
    struct tm local;

    snprintf(out, UI_FIGURE, "-");
    if (isfinite(seconds) && localtime_r(&at, &local))
        strftime(out, UI_FIGURE, seconds < 86400 ? "%H:%M" : "%m-%d %H:%M", &local);
    return out;
}

static double seconds_to(const struct db_rows *rows, const char *column) {
    return db_null(rows, 0, column) ? INFINITY : fmax(0, db_number(rows, 0, column));
}

/* How far the plot looks: past the end of the epoch, where cards are worth nothing, and to the last card, but no more
 * than twice as far. */
static double horizon(double life, double empty) {
    if (!isfinite(life))
        return isfinite(empty) ? empty * 1.1 : 0;
    return isfinite(empty) ? fmin(fmax(life, empty), life * 2) * 1.1 : life * 1.1;
}

/* The same in words, at the foot of the area. Returns the rows it took. */
static int draw_ends(const struct db_rows *rows, struct area area) {
    char empty[UI_FIGURE], epoch[UI_FIGURE], stock[UI_FIGURE], text[160];
    int lines;

    snprintf(text, sizeof(text), _("empty at %s, epoch ends %s, stock ends %s"),
             clock_in(empty, seconds_to(rows, "empty_s")), clock_in(epoch, seconds_to(rows, "life_s")),
             clock_in(stock, seconds_to(rows, "stock_s")));
    lines = text_width(text) < area.columns ? 1 : 2;
    ui_paragraph((struct area){area.row + area.rows - lines, area.column + 1, lines, area.columns - 1}, ROLE_NORMAL,
                 text);
    return lines;
}

static void draw_run_down(const struct db_rows *rows, struct area area) {
    double life = seconds_to(rows, "life_s"), empty = seconds_to(rows, "empty_s");
    double ready = db_number(rows, 0, "ready"), span = horizon(life, empty);
    char to[UI_FIGURE];
    struct chart chart = {.count = chart_columns(area), .top = ready};

    draw_rule(area, _("Run-down"));
    area.rows -= draw_ends(rows, area);
    if (ready <= 0 || span <= 0 || chart.count < 2) {
        ui_text(area.row + 1, area.column + 1, area.columns - 1, ROLE_NORMAL, _("There are no cards to run down."));
        return;
    }
    for (int i = 0; i < chart.count; i++)
        chart.value[i] = fmax(0, ready * (1 - span * i / (chart.count - 1) / empty));
    chart.over_from = isfinite(life) ? (int)(life / span * (chart.count - 1)) : chart.count;
    chart.from = _("now");
    chart.to = clock_in(to, span);
    chart_draw((struct area){area.row + 1, area.column, area.rows - 1, area.columns}, &chart);
}

/* The newest minutes that have room; a wide window gives each several columns. */
static void draw_claims(const struct db_rows *rows, struct area area) {
    double minutes[CHART_MOST], most = 0, sum = 0;
    int count = ui_values(db_text(rows, 0, "minutes"), minutes, CHART_MOST), room = chart_columns(area);
    int each = count > 0 && room > count ? room / count : 1;
    struct chart chart = {.from = "", .to = _("a minute ago")};
    char last[UI_FIGURE], top[UI_FIGURE], total[UI_FIGURE], title[160];

    for (int i = 0; i < count; i++) {
        most = fmax(most, minutes[i]);
        sum += fmax(0, minutes[i]);
    }
    snprintf(title, sizeof(title), _("Claims/min: last %s, most %s, hour %s"),
             count > 0 && minutes[count - 1] >= 0 ? ui_number(last, (int64_t)minutes[count - 1]) : "-",
             ui_number(top, (int64_t)most), ui_number(total, (int64_t)sum));
    draw_rule(area, title);
    chart.count = count * each < room ? count * each : room;
    chart.over_from = chart.count;
    chart.top = most;
    for (int i = 0; i < chart.count; i++)
        chart.value[i] = minutes[count - 1 - (chart.count - 1 - i) / each];
    chart_draw((struct area){area.row + 1, area.column, area.rows - 1, area.columns}, &chart);
}

/* Left the facts, right what becomes of them. */
static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[POOL].rows;
    struct area left = area, right = area;
    int facts = area.rows * 3 / 4;

    left.columns = area.columns * 2 / 5;
    right.column += left.columns + 1;
    right.columns -= left.columns + 1;
    part_draw(view, POOL, (struct area){left.row, left.column, facts, left.columns});
    part_draw(view, CODES, (struct area){left.row + facts, left.column, left.rows - facts, left.columns});
    right.rows = area.rows * 2 / 5;
    if (rows->count == 1)
        draw_run_down(rows, right);
    right.row += right.rows;
    right.rows = area.rows * 3 / 10;
    if (rows->count == 1)
        draw_claims(rows, right);
    right.row += right.rows;
    right.rows = area.row + area.rows - right.row;
    part_draw(view, FILLS, right);
}

/* --- codes from a file --- */

/* One import at a time, as one command at a time. */
static struct {
    char key[VIEW_TEXT];
    char file[VIEW_TEXT];
    char column[VIEW_TEXT];
} importing;

static bool run_import(struct console *c, bool dry) {
    struct words words = {0};
    struct arguments *arguments = mem_new(sizeof(*arguments));
    bool ok;

    words_add(&words, "key", importing.key);
    words_add(&words, "file", importing.file);
    words_add(&words, "column", importing.column);
    words_arguments(&words,
                    dry ? "pool import {key} {file} [--column={column}] --dry-run"
                        : "pool import {key} {file} [--column={column}]",
                    arguments);
    ok = act_run(c, arguments, NULL, dry ? _("look at the codes") : _("import the codes"));
    arguments_clear(arguments);
    free(arguments);
    words_clear(&words);
    return ok;
}

static bool import_agreed(struct console *c, struct dialog *d UNUSED) {
    if (!lock_is_open(c)) {
        console_say(c, ROLE_WARN, "%s", _("locked: ! unlocks"));
        return false;
    }
    return run_import(c, false);
}

/* What the worker said of the file, errors by line; good codes can go in. */
static void looked(struct console *c, int exit_code, const char *said) {
    struct dialog *d =
        dialog_new(exit_code == 0 ? DIALOG_FORM : DIALOG_TEXT,
                   exit_code == 0 ? _("These codes are good: import them?") : _("Nothing was imported"));

    buf_text(&d->text, said);
    text_copy(d->button, sizeof(d->button), _("Import"));
    d->done = import_agreed;
    dialog_open(c, d);
}

static bool import_chosen(struct console *c, struct dialog *d) {
    text_copy(importing.file, sizeof(importing.file), dialog_value(d, "file"));
    text_copy(importing.column, sizeof(importing.column), dialog_value(d, "column"));
    if (!run_import(c, true))
        return false;
    c->child.ended = looked;
    return true;
}

/* clang-format off */
static const struct prompt import_prompts[] = {
    {"file",   N_("File"),   N_("a code a line, or CSV; all of them go in, or none"), PROMPT_TEXT, true, NULL, NULL},
    {"column", N_("Column"), N_("of CSV: the heading of the codes' column, or its number"), PROMPT_TEXT, false, NULL, NULL},
};
/* clang-format on */

static void import_begin(struct console *c) {
    const struct view *view = console_view(c);
    struct dialog *d = dialog_new(DIALOG_FORM, _("Import codes from a file"));

    text_copy(importing.key, sizeof(importing.key), view_id(view, view_row(view)));
    buf_printf(&d->text, "$ kaquan-worker pool import %s FILE --dry-run\n", importing.key);
    for (size_t i = 0; i < ARRAY_LEN(import_prompts); i++)
        dialog_field(d, &import_prompts[i], "");
    text_copy(d->button, sizeof(d->button), _("Look at it"));
    d->done = import_chosen;
    dialog_open(c, d);
}

/* --- what can be done --- */

static const char *why_no_fill(const struct db_rows *rows, int row) {
    return strcmp(db_text(rows, row, "state"), "not approved") == 0 ? N_("only an approved template has a pool")
                                                                    : NULL;
}

static const char *why_no_deposit(const struct db_rows *rows, int row) {
    return strcmp(db_text(rows, row, "code_mode"), "deposit") == 0
               ? NULL
               : N_("only codes of a template in code mode deposit go to WeChat");
}

/* clang-format off */
static const char *const switches[] = {"on", "off", NULL};
static const struct prompt fill_prompts[] = {
    {"cards", N_("Cards"), N_("how many; empty: as many as the pool wants"), PROMPT_NUMBER, false, NULL, NULL},
};
static const struct prompt pause_prompts[] = {
    {"pause",  N_("Paused"), N_("on: no cards are handed out; off: go on"), PROMPT_CHOICE, true, NULL, switches},
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt size_prompts[] = {
    {"new_target", N_("Target"),    N_("cards a full pool has, at least"), PROMPT_NUMBER, false, "{target}", NULL},
    {"new_low",    N_("Low water"), N_("cards below which a pool is filled again"), PROMPT_NUMBER, false, "{low}", NULL},
    {"reason",     N_("Reason"),    N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};

const struct act pool_acts[POOL_ACTS] = {
    {.key = 'F', .label = "F", .hint = N_("Fill"), .help = N_("sign cards for this pool now"), .danger = DANGER_ASK,
     .command = "pool fill {row} [--cards={cards}]", .prompts = fill_prompts, .prompt_count = 1, .hindrance = why_no_fill, .needs = "insert job"},
    {.key = 'P', .label = "P", .hint = N_("Pause"), .help = N_("hand no cards out any more, or go on"), .danger = DANGER_ASK,
     .command = "template set {row} --paused={pause} [--reason={reason}]", .prompts = pause_prompts, .prompt_count = 2, .needs = "update template"},
    {.key = 'e', .label = "e", .hint = N_("Size"), .help = N_("change target and low water"), .danger = DANGER_ASK,
     .command = "template set {row} [--target={new_target}] [--low={new_low}] [--reason={reason}]", .prompts = size_prompts, .prompt_count = 3, .needs = "update template"},
    {.key = 'I', .label = "I", .hint = N_("Import"), .help = N_("import codes from a file; it is looked at first"), .danger = DANGER_ASK,
     .run = import_begin, .needs = "insert code_stock"},
    {.key = 'D', .label = "D", .help = N_("give WeChat the imported codes, then raise the stock"), .danger = DANGER_SEVERE,
     .command = "pool deposit {row} [--reason={reason}]", .hindrance = why_no_deposit, .needs = "insert job"},
};
/* clang-format on */

const struct screen screen_pool = {
    .name = "pool",
    .title = N_("Pool"),
    .help = N_("one pool: when it runs dry, and what it is made of"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .acts = pool_acts,
    .act_count = POOL_ACTS,
    .child = true,
    .draw = draw,
};
