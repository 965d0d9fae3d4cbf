/* What needs a person and how the event goes, on one page. Before the first cards are signed it is a list of the
 * steps that lead there. */
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "lang.h"
#include "screens.h"
#include "term.h"
#include "wechat.h"

enum { ALERTS, TICKETS, JOBS, POOLS, ACCOUNTS, CHANGES };

/* --- what is said --- */

/* What an alert or a step says, and what to do about it; {names} are columns of the row. */
struct sign {
    const char *kind;
    const char *tag;   /* what it is about: a word with the context "alert" */
    const char *words; /* context of {word}; NULL: it is shown as it is */
    const char *says, *cure;
};

/* clang-format off */
static const struct sign signs[] = {
    {"step_key", "1", NULL, N_("The worker's key, which secrets are sealed to"),
     N_("Enter makes it here; where the worker runs on another host: kaquan-worker key new, there.")},
    {"step_account", "2", NULL, N_("A WeChat official account"),
     N_("Enter opens the accounts: n adds one, with its AppID.")},
    {"step_secret", "3", NULL, N_("The account's AppSecret"),
     N_("Enter opens the accounts: K sets it; it is sealed at once and nobody can read it again.")},
    {"step_worker", "4", NULL, N_("A worker that does the jobs"),
     N_("Start it on its host: systemctl enable --now kaquan-worker, or the cron entry; kaquan-worker doctor says what it lacks.")},
    {"step_address", "5", NULL, N_("WeChat lets the worker's address in"),
     N_("Enter opens the addresses: which one to put on the IP whitelist {text}, and C to ask WeChat again.")},
    {"step_template", "6", NULL, N_("A template: the card that visitors get"),
     N_("Enter opens the templates: n makes one; from a file: kaquan-worker template import FILE.")},
    {"step_submit", "7", NULL, N_("The template goes to WeChat for review"),
     N_("Enter opens the template: P sends it.")},
    {"step_review", "8", NULL, N_("WeChat approves the template"),
     N_("It takes minutes to days; the worker asks by itself. Enter opens the template, which says how far it is.")},
    {"step_backend", "9", NULL, N_("The event's backend may claim cards"),
     N_("Enter opens the accounts: B lets the backend's login in.")},
    {"step_cards", "10", NULL, N_("The first cards are signed"),
     N_("The worker does it by itself once a template is approved. Enter opens the pools: F fills one now.")},

    {"worker_never", "WORK", NULL, N_("no worker ever ran for this database"),
     N_("Start kaquan-worker: service or cron entry; kaquan-worker doctor says what it lacks.")},
    {"worker_quiet", "WORK", NULL, N_("no sign of life from a worker for {span}"),
     N_("Look whether kaquan-worker still runs: service or cron entry. Until then no job is done and no pool filled.")},
    {"credential_over", "CRED", NULL, N_("{name}: {word} over since {span}, refused {number} times"),
     N_("Enter opens the account: R asks WeChat again.")},
    {"credential_none", "CRED", NULL, N_("{name}: no {word} yet"),
     N_("A worker fetches it by itself. Enter opens the account: R asks at once.")},
    {"credential_failing", "CRED", NULL, N_("{name}: {word} refused {number} times, lives on {span}"),
     N_("Enter opens the account: R asks WeChat again.")},
    {"credential_short", "CRED", NULL, N_("{name}: {word} ends in {span} and no new one came"),
     N_("Does a worker run? Enter opens the account: R asks WeChat for it at once.")},
    {"address_refused", "IP", NULL, N_("{name}: WeChat refuses {word}, address {text}"),
     N_("Add {text} to the IP whitelist of the account. Enter opens the addresses: A copies it, C asks WeChat again.")},
    {"address_confirm", "IP", NULL, N_("{name}: the administrator must confirm calls from {word}"),
     N_("A message waits in WeChat on the administrator's phone.")},
    {"pool_empty", "POOL", NULL, N_("{name}: EMPTY, no card of {total}"),
     N_("The worker fills it once the account's api_ticket lives. Enter opens the pool: F fills it now.")},
    {"pool_low", "POOL", NULL, N_("{name}: {number} of {total} left, empty in {span}"),
     N_("The worker fills it by itself. Enter opens the pool: F fills it now.")},
    {"pool_idle", "POOL", NULL, N_("{name}: {number} of {total} left"),
     N_("The worker fills it by itself. Enter opens the pool: F fills it now.")},
    {"pool_short", "POOL", NULL, N_("{name}: {number} left, gone in {span}, before its epoch"),
     N_("The worker fills it by itself. Enter opens the pool: F fills it now, or raise what a full one has.")},
    {"stock_none", "POOL", NULL, N_("{name}: no stock to sign cards from"),
     N_("Enter opens the pool: import codes, or raise the template's stock.")},
    {"stock_ends", "POOL", NULL, N_("{name}: stock ends in {span}, {number} left"),
     N_("Enter opens the pool: import codes, or raise the template's stock.")},
    {"stock_over", "POOL", NULL, N_("{name}: sold out"),
     N_("Nothing is wrong. More: Enter opens the pool; raise the template's stock.")},
    {"quota_over", "QUOTA", NULL, N_("{name}: {text}: {number} of {total} calls, used up"),
     N_("It begins anew at midnight in China. Enter opens the account: Z resets it, 10 times a month.")},
    {"quota_stopped", "QUOTA", "class", N_("{name}: {text} is left alone: {word}"),
     N_("Enter opens the account: its quota says until when.")},
    {"quota_near", "QUOTA", NULL, N_("{name}: {text}: {number} of {total} calls, used up in {span}"),
     N_("Jobs leave a reserve to people. Enter opens the account: its quota by interface.")},
    {"quota_high", "QUOTA", NULL, N_("{name}: {text}: {number} of {total} calls"),
     N_("Jobs leave a reserve to people. Enter opens the account: its quota by interface.")},
    {"job_failed", "JOB", "kind", N_("{name} {word}: failed {span} ago: {text}"),
     N_("Enter opens the job: its log, and R queues it again.")},
    {"job_again", "JOB", "kind", N_("{name} {word}: try {number} failed, next in {span}: {text}"),
     N_("It is tried again by itself. Enter opens the job.")},
    {"job_waits", "JOB", NULL, N_("jobs that wait: {number}, the oldest for {span}"),
     N_("No worker takes them: does one run? Enter opens the jobs.")},
    {"account_bare", "CRED", NULL, N_("{name}: no AppSecret"),
     N_("Enter opens the account: K sets it.")},
    {"template_refused", "TMPL", NULL, N_("{name}: WeChat refused it: {text}"),
     N_("Enter opens the template: change what WeChat names and send it again.")},
    {"token_replaced", "CRED", NULL, N_("{name}: tokens replaced by somebody else: {number}, last {span} ago"),
     N_("Another system uses this account's AppSecret. Enter opens the account: T says who it may be.")},
    {"drift", "TIX", NULL, N_("{name}: tickets that differ from WeChat: {number}"),
     N_("Enter lists them: P repairs one.")},
    {"request", "ACT", NULL, N_("{name} asks for a second person, {span} ago: {text}"),
     N_("Enter opens the requests: C confirms it, if you are somebody else.")},
};

static const struct level {
    const char *name, *mark;
    enum term_role role;
} levels[] = {
    {"bad",  "!!",  ROLE_BAD},    {"warn", "!",   ROLE_WARN},   {"note", "-",   ROLE_DIM},
    {"next", "[>]", ROLE_ACCENT}, {"todo", "[ ]", ROLE_NORMAL}, {"done", "[x]", ROLE_OK},
};

/* What the words above are made of; sorting, the filter and export know the alerts by these. */
static const struct field alert_fields[] = {
    {"level", "LEVEL", 4, 6, 0, SHOW_WORD, "level"},  {"kind", "KIND", 8, 20, 0, SHOW_TEXT, NULL},
    {"name", "ABOUT", 8, 30, 0, SHOW_TEXT, NULL},     {"number", "NUMBER", 4, 9, 0, SHOW_NUMBER, NULL},
    {"total", "TOTAL", 4, 9, 0, SHOW_NUMBER, NULL},   {"span_s", "SPAN", 4, 7, 0, SHOW_SPAN, NULL},
    {"word", "WHAT", 8, 20, 0, SHOW_TEXT, NULL},      {"text", "WHY", 8, 60, 1, SHOW_TEXT, NULL},
    {"errcode", "ERRCODE", 5, 7, 0, SHOW_TEXT, NULL},
};
static const struct field ticket_fields[] = {
    {"what",      "WHAT",     8, 10, 0, SHOW_WORD,   "what"},
    {"today",     "TODAY",    7, 8,  0, SHOW_NUMBER, NULL},
    {"last_hour", "LAST H",   6, 8,  0, SHOW_NUMBER, NULL},
    {"change",    "DAY",      5, 6,  0, SHOW_TEXT,   NULL},
    {"hours",     "24 HOURS", 6, 24, 1, SHOW_SPARK,  NULL},
};
enum { POOL_FILL = 4, POOL_STATE };
static const struct field pool_fields[] = {
    {"title",    "TEMPLATE", 12, 36, 4, SHOW_TEXT,   NULL},
    {"ready",    "READY",    6,  7,  0, SHOW_NUMBER, NULL},
    {"wanted",   "WANTED",   6,  7,  0, SHOW_NUMBER, NULL},
    {"ready",    "FILL",     8,  20, 2, SHOW_TEXT,   NULL},
    {"state",    "STATE",    8,  11, 1, SHOW_WORD,   "state"},
    {"per_hour", "/HOUR",    6,  7,  0, SHOW_NUMBER, NULL},
    {"empty_s",  "EMPTY IN", 8,  9,  0, SHOW_SPAN,   NULL},
    {"epoch_s",  "EPOCH",    6,  8,  0, SHOW_SPAN,   NULL},
    {"stock_s",  "STOCK",    6,  8,  0, SHOW_SPAN,   NULL},
};
static const struct field account_fields[] = {
    {"key",      "ACCOUNT",  8, 16, 1, SHOW_TEXT,   NULL},
    {"state",    "STATE",    9, 10, 0, SHOW_WORD,   "state"},
    {"token_s",  "TOKEN",    6, 7,  0, SHOW_SPAN,   NULL},
    {"ticket_s", "TICKET",   6, 7,  0, SHOW_SPAN,   NULL},
    {"listed",   "ADDRESS",  8, 9,  0, SHOW_WORD,   "state"},
    {"calls",    "CALLS",    6, 7,  0, SHOW_NUMBER, NULL},
};
static const struct field change_fields[] = {
    {"at",     "TIME",   14, 14, 0, SHOW_TIME, NULL},
    {"person", "WHO",    6,  12, 1, SHOW_TEXT, NULL},
    {"action", "ACTION", 12, 20, 1, SHOW_TEXT, NULL},
    {"object", "OBJECT", 10, 30, 2, SHOW_TEXT, NULL},
};
/* clang-format on */

/* An open pool is a good one: word_role() knows other things that are open. */
static enum term_role pool_role(const char *state) {
    return strcmp(state, "open") == 0 ? ROLE_OK : strcmp(state, "no stock") == 0 ? ROLE_BAD : word_role(state);
}

static bool draw_pool_cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    const char *state = db_text(rows, row, "state");
    double wanted = db_number(rows, row, "wanted");

    if (column == POOL_FILL)
        ui_fill(t->area.row + 1 + line, t->left[POOL_FILL], t->width[POOL_FILL], pool_role(state),
                wanted > 0 ? db_number(rows, row, "ready") / wanted : 0);
    else if (column == POOL_STATE)
        ui_cell(t, line, POOL_STATE, pool_role(state), lang_word("state", state));
    else
        return false;
    return true;
}

static const struct part parts[] = {
    [ALERTS] = {.statement = &sql_tui_dash,
                .every = 2,
                .fields = alert_fields,
                .field_count = ARRAY_LEN(alert_fields)},
    [TICKETS] = {.title = N_("Tickets"),
                 .statement = &sql_tui_dash_tickets,
                 .every = 5,
                 .fields = ticket_fields,
                 .field_count = ARRAY_LEN(ticket_fields)},
    [JOBS] = {.title = N_("Jobs"), .statement = &sql_tui_dash_jobs, .every = 4},
    [POOLS] = {.title = N_("Pools, what ends first"),
               .statement = &sql_tui_dash_pools,
               .every = 4,
               .fields = pool_fields,
               .field_count = ARRAY_LEN(pool_fields),
               .empty = N_("No templates yet: a template that is approved gets a pool."),
               .cell = draw_pool_cell},
    [ACCOUNTS] = {.title = N_("Accounts"),
                  .statement = &sql_tui_accounts,
                  .every = 10,
                  .fields = account_fields,
                  .field_count = ARRAY_LEN(account_fields),
                  .empty = N_("No account yet.")},
    [CHANGES] = {.title = N_("Last changes"),
                 .statement = &sql_tui_dash_changes,
                 .every = 10,
                 .fields = change_fields,
                 .field_count = ARRAY_LEN(change_fields),
                 .empty = N_("Nothing was changed yet.")},
};

/* --- alerts and steps --- */

static const struct sign *sign_of(const char *kind) {
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (strcmp(signs[i].kind, kind) == 0)
            return &signs[i];
    return NULL;
}

static const struct level *level_of(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(levels); i++)
        if (strcmp(levels[i].name, name) == 0)
            return &levels[i];
    return &levels[0];
}

/* The row's facts, as a sentence wants them. */
static void facts_of(const struct sign *sign, const struct db_rows *rows, int row, struct words *words) {
    const char *word = db_text(rows, row, "word");
    char figure[UI_FIGURE];

    words_add(words, "name", db_text(rows, row, "name"));
    words_add(words, "text", db_text(rows, row, "text"));
    words_add(words, "subject", db_text(rows, row, "subject"));
    words_add(words, "word", sign->words ? lang_word(sign->words, word) : word);
    words_add(words, "number", ui_number(figure, db_int(rows, row, "number")));
    words_add(words, "total", ui_number(figure, db_int(rows, row, "total")));
    words_add(words, "span", db_null(rows, row, "span_s") ? "?" : ui_span(figure, db_number(rows, row, "span_s")));
}

static void say(const struct sign *sign, const char *sentence, const struct db_rows *rows, int row, struct buf *out) {
    struct words words = {0};

    facts_of(sign, rows, row, &words);
    words_fill(&words, _(sentence), out);
    words_clear(&words);
}

static void draw_alert(const struct db_rows *rows, int row, struct area line, bool here) {
    const struct sign *sign = sign_of(db_text(rows, row, "kind"));
    const struct level *level = level_of(db_text(rows, row, "level"));
    AUTO_BUF struct buf text = {0};

    if (!sign) /* of a newer database */
        return;
    say(sign, sign->says, rows, row, &text);
    ui_selected(here);
    ui_ground(line.row, line.column, line.columns, ROLE_NORMAL);
    ui_text(line.row, line.column, 1, ROLE_NORMAL, here ? ">" : "");
    ui_text(line.row, line.column + 2, 3, level->role, level->mark);
    ui_text(line.row, line.column + 6, 5, level->role == ROLE_OK ? ROLE_DIM : level->role,
            lang_word("alert", sign->tag));
    ui_text(line.row, line.column + 12, line.columns - 12, strcmp(level->name, "done") == 0 ? ROLE_DIM : ROLE_NORMAL,
            buf_str(&text));
    ui_selected(false);
}

/* What to do about the row under the cursor, with what WeChat's number asks for. */
static void draw_cure(const struct db_rows *rows, int row, struct area area) {
    const struct sign *sign = sign_of(db_text(rows, row, "kind"));
    const char *cure =
        wechat_cure((int)db_int(rows, row, "errcode"), strcmp(db_text(rows, row, "screen"), "account") == 0);
    AUTO_BUF struct buf text = {0};

    if (!sign)
        return;
    say(sign, sign->cure, rows, row, &text);
    if (cure[0] != '\0')
        buf_printf(&text, " %s", cure);
    ui_text(area.row, area.column + 2, 3, ROLE_ACCENT, "->");
    ui_paragraph((struct area){area.row, area.column + 6, area.rows, area.columns - 7}, ROLE_ACCENT, buf_str(&text));
}

static bool is_first_run(const struct db_rows *rows) {
    return rows->count > 0 && strncmp(db_text(rows, 0, "kind"), "step_", 5) == 0;
}

/* At first the cursor is on the step that comes next; view->own says that it was put there. */
static void begin_at_next(struct view *view) {
    static int put;

    for (int i = 0; !view->own && i < view->shown; i++)
        if (strcmp(db_text(&view->panes[ALERTS].rows, view->order[i], "level"), "next") == 0)
            view_move(view, i - view->at);
    if (view->panes[ALERTS].answered_at > 0)
        view->own = &put;
}

enum { CURE_ROWS = 3 };

static void draw_alerts(struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[ALERTS].rows;
    char title[96];

    snprintf(title, sizeof(title), is_first_run(rows) ? _("First steps") : _("Needs attention (%d)"), view->shown);
    draw_rule(area, title);
    area.row++;
    area.rows--;
    if (pane_draw_state(&view->panes[ALERTS], area, _("Nothing needs attention.")))
        return;
    view_fit(view, area.rows - CURE_ROWS);
    for (int i = view->top; i < view->shown && i - view->top < view->page; i++)
        draw_alert(rows, view->order[i], (struct area){area.row + i - view->top, area.column, 1, area.columns},
                   i == view->at);
    if (view_row(view) >= 0)
        draw_cure(rows, view_row(view),
                  (struct area){area.row + area.rows - CURE_ROWS, area.column, CURE_ROWS, area.columns});
}

/* --- without tables --- */

static bool has_no_tables(const struct pane *pane) {
    return pane->failed && (strcmp(pane->err.sqlstate, "42P01") == 0 || strcmp(pane->err.sqlstate, "3F000") == 0);
}

static void draw_step(struct area *area, const char *mark, enum term_role role, const char *tag, const char *text) {
    ui_text(area->row, area->column + 2, 3, role, mark);
    ui_text(area->row, area->column + 6, 5, role, tag);
    ui_text(area->row, area->column + 12, area->columns - 12, role, text);
    area->row++;
    area->rows--;
}

static void draw_no_tables(struct area area) {
    int used;

    draw_rule(area, _("First steps"));
    area.row++;
    area.rows--;
    draw_step(&area, "[>]", ROLE_ACCENT, "0", _("The tables of this database"));
    used = ui_paragraph((struct area){area.row, area.column + 12, area.rows, area.columns - 13}, ROLE_ACCENT,
                        _("In a shell: kaquan-worker db init, once, as a superuser of PostgreSQL; then "
                          "kaquan-worker db migrate. Then r, here, looks again."));
    area.row += used;
    area.rows -= used;
    for (size_t i = 0; i < ARRAY_LEN(signs) && strncmp(signs[i].kind, "step_", 5) == 0 && area.rows > 0; i++)
        draw_step(&area, "[ ]", ROLE_DIM, signs[i].tag, _(signs[i].says));
}

/* --- jobs --- */

static int draw_count(int row, int column, int right, enum term_role role, const char *word, const char *figure) {
    column += ui_text(row, column, right - column, ROLE_DIM, lang_word("count", word)) + 1;
    return column + ui_text(row, column, right - column, role, figure) + 2;
}

static void draw_job_counts(const struct db_rows *rows, struct area line) {
    static const char *const names[] = {"waiting", "running", "failed"};
    char figure[UI_FIGURE];
    int column = line.column;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int64_t count = db_int(rows, 0, names[i]);
        bool bad = strcmp(names[i], "failed") == 0 && count > 0;

        column = draw_count(line.row, column, line.column + line.columns, bad ? ROLE_BAD : ROLE_NORMAL, names[i],
                            ui_number(figure, count));
    }
}

static void draw_job_line(const struct db_rows *rows, const char *name, const char *label, struct area line) {
    char span[UI_FIGURE];

    ui_text(line.row, line.column, 16, ROLE_DIM, label);
    ui_text(line.row, line.column + 17, line.columns - 17, ROLE_NORMAL,
            db_null(rows, 0, name) ? "-" : ui_span(span, db_number(rows, 0, name)));
}

static void draw_jobs(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[JOBS].rows;
    struct area line = {area.row + 1, area.column + 1, 1, area.columns - 1};
    char figure[UI_FIGURE];

    draw_rule(area, _("Jobs"));
    if (pane_draw_state(&view->panes[JOBS], (struct area){area.row + 1, area.column, area.rows - 1, area.columns},
                        ""))
        return;
    draw_job_counts(rows, line);
    line.row++;
    draw_job_line(rows, "oldest_s", _("oldest waits"), line);
    line.row++;
    ui_text(line.row, line.column, 16, ROLE_DIM, _("done in an hour"));
    ui_text(line.row, line.column + 17, 8, ROLE_NORMAL, ui_number(figure, db_int(rows, 0, "done")));
    ui_spark(line.row, line.column + 25, line.columns - 25 < 12 ? line.columns - 25 : 12, db_text(rows, 0, "parts"));
    line.row++;
    draw_job_line(rows, "next_s", _("next by clock"), line);
    ui_text(line.row, line.column + 25, line.columns - 25, ROLE_DIM,
            lang_word("kind", db_text(rows, 0, "next_kind")));
}

/* --- the page --- */

enum { MIDDLE_ROWS = 5, POOLS_LEAST = 7, BOTTOM_LEAST = 5, BOTTOM_MOST = 9 };

static struct area take_rows(struct area *area, int rows) {
    struct area taken = *area;

    taken.rows = rows < area->rows ? rows : area->rows;
    area->row += taken.rows;
    area->rows -= taken.rows;
    return taken;
}

static struct area half(struct area area, bool right) {
    int left = area.columns / 2;

    return right ? (struct area){area.row, area.column + left + 1, area.rows, area.columns - left - 1}
                 : (struct area){area.row, area.column, area.rows, left};
}

/* Title, alerts, cure: all steps; of alerts as many as leave more than half of the page. */
static int alert_rows(const struct view *view, int rows) {
    int wanted = 1 + (view->shown > 0 ? view->shown + CURE_ROWS : 1);
    int most = is_first_run(&view->panes[ALERTS].rows) ? rows : rows * 9 / 20;

    return view->panes[ALERTS].failed ? most : wanted < most ? wanted : most;
}

/* From the top: alerts, then what there is room for. */
static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    struct area row;
    int bottom;

    if (has_no_tables(&view->panes[ALERTS])) {
        draw_no_tables(area);
        return;
    }
    begin_at_next(view);
    draw_alerts(view, take_rows(&area, alert_rows(view, area.rows)));
    if (area.rows < MIDDLE_ROWS)
        return;
    row = take_rows(&area, MIDDLE_ROWS);
    part_draw(view, TICKETS, half(row, false));
    draw_jobs(view, half(row, true));
    bottom = area.rows - POOLS_LEAST < BOTTOM_MOST ? area.rows - POOLS_LEAST : BOTTOM_MOST;
    part_draw(view, POOLS, take_rows(&area, bottom >= BOTTOM_LEAST ? area.rows - bottom : area.rows));
    part_draw(view, ACCOUNTS, half(area, false));
    part_draw(view, CHANGES, half(area, true));
}

/* --- acts --- */

static const char *not_the_key_step(const struct db_rows *rows, int row) {
    bool is_it =
        strcmp(db_text(rows, row, "kind"), "step_key") == 0 && strcmp(db_text(rows, row, "level"), "done") != 0;

    return is_it ? NULL : N_("the first step alone needs it");
}

static const struct prompt key_prompts[] = {
    {"file", N_("File"), N_("where the private key is kept; empty: as key-file of the settings says"), PROMPT_TEXT,
     false, NULL, NULL},
};
static const struct act acts[] = {
    {.key = 'K',
     .label = "K",
     .help = N_("make the worker's key on this host"),
     .danger = DANGER_ASK,
     .command = "key new [{file}]",
     .prompts = key_prompts,
     .prompt_count = ARRAY_LEN(key_prompts),
     .hindrance = not_the_key_step},
};

/* Enter: to what the row is about; the first step is an act of its own. */
static void open_row(struct console *console, const struct view *view) {
    const struct db_rows *rows = &view->panes[ALERTS].rows;
    const char *screen = db_text(rows, view_row(view), "screen");

    if (strcmp(screen, "dash") == 0)
        act_begin(console, &acts[0]);
    else
        console_open(console, screen, db_text(rows, view_row(view), "subject"));
}

static bool key(struct console *console, struct view *view, uint32_t pressed) {
    if (pressed != TERM_ENTER || view_row(view) < 0)
        return false;
    open_row(console, view);
    return true;
}

const struct screen screen_dash = {
    .name = "dash",
    .number = 1,
    .title = N_("Dash"),
    .help = N_("what needs a person, and how the event goes"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .draw = draw,
    .key = key,
};
