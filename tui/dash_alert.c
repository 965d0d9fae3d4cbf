/* Alerts and steps are rows: what they say, and what to do about each. */
#include "dash_alert.h"

#include <string.h>

#include "lang.h"
#include "screens.h"
#include "term.h"
#include "wechat.h"
#include "words.h"

/* {names} are columns of the row. */
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
    {"job_paused", "JOB", "kind", N_("{word} is paused, {span} ago by {name}{text}"),
     N_("Enter opens the jobs: P lets it go on.")},
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
/* clang-format on */

/* --- what is said --- */

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

/* --- drawing --- */

void dash_alert_draw(const struct db_rows *rows, int row, struct area line, bool here, bool active, bool seen) {
    const struct sign *sign = sign_of(db_text(rows, row, "kind"));
    const struct level *level = level_of(db_text(rows, row, "level"));
    enum term_role role = seen || strcmp(level->name, "done") == 0 ? ROLE_DIM : ROLE_NORMAL;
    AUTO_BUF struct buf text = {0};

    if (!sign) /* of a newer database */
        return;
    say(sign, sign->says, rows, row, &text);
    ui_selected(here && active);
    ui_ground(line.row, line.column, line.columns, ROLE_NORMAL);
    ui_text(line.row, line.column, 1, ROLE_NORMAL, here ? ">" : "");
    ui_text(line.row, line.column + 2, 3, seen ? ROLE_DIM : level->role, seen ? "." : level->mark);
    ui_text(line.row, line.column + 6, 5, seen || level->role == ROLE_OK ? ROLE_DIM : level->role,
            lang_word("alert", sign->tag));
    ui_text(line.row, line.column + 12, line.columns - 12, role, buf_str(&text));
    ui_selected(false);
}

void dash_alert_cure(const struct db_rows *rows, int row, struct area area) {
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

/* --- without tables --- */

static void draw_step(struct area *area, const char *mark, enum term_role role, const char *tag, const char *text) {
    ui_text(area->row, area->column + 2, 3, role, mark);
    ui_text(area->row, area->column + 6, 5, role, tag);
    ui_text(area->row, area->column + 12, area->columns - 12, role, text);
    area->row++;
    area->rows--;
}

void dash_alert_no_tables(struct area area) {
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
