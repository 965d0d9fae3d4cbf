/* One template: all of it, what was sent of it, and what a push would send. */
#include <stdio.h>
#include <string.h>

#include "card_form.h"
#include "card_push.h"
#include "console.h"
#include "json.h"
#include "lang.h"
#include "rights.h"
#include "screens.h"
#include "words.h"

enum { RECORD, REVISIONS };
enum { WIDE_FROM = 110, DIFFERENCES_MOST = 7, LABEL = 13 };

/* clang-format off */
static const struct field fields[] = {
    {"key",          "KEY",           8, 40, 1, SHOW_TEXT,   NULL},
    {"title",        "TITLE",         8, 40, 1, SHOW_TEXT,   NULL},
    {"status",       "STATUS",        8, 10, 0, SHOW_WORD,   "status"},
    {"wechat_status", "WECHAT SAYS",  8, 30, 1, SHOW_TEXT,   NULL},
    {"reviewed_at",  "REVIEWED",      11, 14, 0, SHOW_TIME,  NULL},
    {"submitted_at", "SUBMITTED",     11, 14, 0, SHOW_TIME,  NULL},
    {"paused",       "PAUSED",        3, 8,  0, SHOW_YES,    NULL},
    {"unsent",       "UNSENT",        3, 8,  0, SHOW_YES,    NULL},
    {"claims",       "SOLD",          6, 8,  0, SHOW_NUMBER, NULL},
    {"stock",        "STOCK",         6, 8,  0, SHOW_NUMBER, NULL},
    {"stock_left",   "STOCK LEFT",    6, 8,  0, SHOW_NUMBER, NULL},
    {"adds",         "ADDED",         6, 8,  0, SHOW_NUMBER, NULL},
    {"entries",      "ENTRIES",       6, 8,  0, SHOW_NUMBER, NULL},
    {"pool",         "POOL",          6, 12, 0, SHOW_WORD,   "state"},
    {"ready",        "READY",         6, 8,  0, SHOW_NUMBER, NULL},
    {"pool_target",  "TARGET",        6, 8,  0, SHOW_NUMBER, NULL},
    {"pool_low",     "LOW",           6, 8,  0, SHOW_NUMBER, NULL},
    {"sale_from",    "SALE FROM",     11, 14, 0, SHOW_TIME,  NULL},
    {"sale_until",   "SALE UNTIL",    11, 14, 0, SHOW_TIME,  NULL},
    {"account",      "ACCOUNT",       8, 40, 1, SHOW_TEXT,   NULL},
    {"card_type",    "TYPE",          8, 20, 0, SHOW_WORD,   "choice"},
    {"code_mode",    "CODES",         8, 12, 0, SHOW_WORD,   "codes"},
    {"bind_openid",  "FOR ONE USER",  3, 8,  0, SHOW_YES,    NULL},
    {"card_id",      "CARD ID",       8, 32, 1, SHOW_TEXT,   NULL},
    {"seen_at",      "LOOKED AT",     11, 14, 0, SHOW_TIME,  NULL},
    {"updated_at",   "CHANGED",       11, 14, 0, SHOW_TIME,  NULL},
    {"version",      "VERSION",       3, 8,  0, SHOW_NUMBER, NULL},
};
static const struct field revision_fields[] = {
    {"revision", "SENT",     4,  5,  0, SHOW_TEXT, NULL},
    {"sent_at",  "WHEN",     11, 14, 1, SHOW_TIME, NULL},
    {"errcode",  "ERRCODE",  7,  7,  0, SHOW_TEXT, NULL},
    {"changed",  "CHANGED",  10, 60, 1, SHOW_TEXT, NULL},
};
static const struct part parts[] = {
    [RECORD] = {.statement = &sql_tui_template, .every = 2, .given = {"{subject}"}, .given_count = 1, .look = LOOK_RECORD,
                .fields = fields, .field_count = ARRAY_LEN(fields), .empty = N_("There is no template of that key.")},
    [REVISIONS] = {.title = N_("What was sent"), .statement = &sql_tui_template_revisions, .every = 10, .given = {"{subject}"},
                   .given_count = 1, .fields = revision_fields, .field_count = ARRAY_LEN(revision_fields), .rows = 6,
                   .empty = N_("Nothing was sent yet: P sends it to WeChat's review.")},
};

/* --- acts --- */

static void act_edit(struct console *c) {
    console_open(c, "editor", console_view(c)->subject);
}

static void act_duplicate(struct console *c) {
    char subject[VIEW_TEXT] = "+";

    text_copy(subject + 1, sizeof(subject) - 1, console_view(c)->subject);
    console_open(c, "editor", subject);
}

static void act_tickets(struct console *c) {
    char filter[VIEW_TEXT];

    snprintf(filter, sizeof(filter), "template:%.100s", console_view(c)->subject);
    console_find(c, screen_find("tickets"), filter);
}

/* {turn}: what a pause would become. */
static void words(const struct view *view, struct words *words) {
    const struct db_rows *rows = &view->panes[RECORD].rows;

    words_add(words, "turn", rows->count > 0 && db_bool(rows, 0, "paused") ? "off" : "on");
}

static cJSON *body_of(const struct db_rows *rows, const char *column) {
    return rows->count > 0 && !db_null(rows, 0, column) ? card_form_parse(db_text(rows, 0, column)) : NULL;
}

static bool has_card(const struct db_rows *rows) {
    return rows->count > 0 && !db_null(rows, 0, "card_id") && strcmp(db_text(rows, 0, "status"), "deleted") != 0;
}

/* What it leads to is said first. */
static void act_send(struct console *c) {
    const struct db_rows *rows = &console_view(c)->panes[RECORD].rows;
    AUTO_JSON cJSON *draft = body_of(rows, "body"), *sent = has_card(rows) ? body_of(rows, "sent") : NULL;

    if (draft != NULL)
        card_push_ask(c, console_view(c)->subject, draft, sent);
}

static const char *const on_off[] = {"", "on", "off", NULL};
static const char *const cells[] = {"pay", "self-consume", NULL};
static const char *const cell_words[] = {"on", "off", NULL};
static const char *const with_words[] = {"", "verify", "amount", NULL};

static const struct prompt reason[] = {
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt stock[] = {
    {"change", N_("More or fewer"), N_("by how much, with its sign: +5000 or -200"), PROMPT_TEXT, true, NULL, NULL},
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt settings[] = {
    {"target", N_("Pool target"), N_("cards that a full pool has, at least"), PROMPT_NUMBER, false, "{pool_target}", NULL},
    {"low",    N_("Low water"),   N_("cards below which the pool is filled again"), PROMPT_NUMBER, false, "{pool_low}", NULL},
    {"pause",  N_("Paused"),      N_("on: no cards are handed out"), PROMPT_CHOICE, false, NULL, on_off},
    {"from",   N_("Sale from"),   N_("as 2026-12-01T10:00+08:00, or none"), PROMPT_TEXT, false, NULL, NULL},
    {"until",  N_("Sale until"),  N_("as 2026-12-31T23:59+08:00, or none"), PROMPT_TEXT, false, NULL, NULL},
    {"reason", N_("Reason"),      N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt code[] = {
    {"code",    N_("Code"),    N_("of the card, where we choose the codes"), PROMPT_TEXT, false, NULL, NULL},
    {"openid",  N_("Openid"),  N_("of the user, where a card is for one user only"), PROMPT_TEXT, false, NULL, NULL},
    {"outer",   N_("Where"),   N_("where it is given away, as a text that events repeat"), PROMPT_TEXT, false, NULL, NULL},
    {"expires", N_("Seconds"), N_("that it works, 60 to 1800; without: a year"), PROMPT_NUMBER, false, NULL, NULL},
};
static const struct prompt cell[] = {
    {"cell",  N_("Cell"),   N_("pay: pay from the card; self-consume: its holder consumes it"), PROMPT_CHOICE, true, NULL, cells},
    {"state", N_("Open"),   N_("on or off"), PROMPT_CHOICE, true, NULL, cell_words},
    {"with",  N_("With"),   N_("self-consume alone: a code to verify, or a note of the amount"), PROMPT_CHOICE, false, NULL, with_words},
};
static const struct prompt cards[] = {
    {"cards", N_("Cards"), N_("so many; without: as many as the pool wants"), PROMPT_NUMBER, false, NULL, NULL},
};

static const char *const units[] = {"day", "hour", "minute", NULL};
static const struct prompt span[] = {
    {"unit",  N_("By the"), N_("what a row is of"), PROMPT_CHOICE, true, NULL, units},
    {"since", N_("From"),   N_("the first day, as 2026-11-01 or today; without: from the first on"), PROMPT_TEXT, false, NULL, NULL},
    {"until", N_("To"),     N_("the last day; without: up to now"), PROMPT_TEXT, false, NULL, NULL},
};

static const struct act acts[] = {
    {.key = 'e', .label = "e", .hint = N_("Edit"), .help = N_("edit this template"), .run = act_edit, .needs = "update template"},
    {.key = 'P', .label = "P", .hint = N_("Push"), .help = N_("send it to WeChat: to a review, or what was changed"), .danger = DANGER_ASK, .run = act_send, .needs = "insert job"},
    {.key = 'K', .label = "K", .hint = N_("Stock"), .help = N_("raise or lower the stock"), .danger = DANGER_ASK, .prompts = stock,
     .prompt_count = ARRAY_LEN(stock), .command = "template stock {subject} {change} [--reason={reason}]", .needs = "insert template_stock_change"},
    {.key = 'H', .label = "H", .hint = N_("Pause"), .help = N_("hand out no cards for now, or again"), .danger = DANGER_ASK, .prompts = reason,
     .prompt_count = ARRAY_LEN(reason), .command = "template set {subject} --paused={turn} [--reason={reason}]", .needs = "update template"},
    {.key = 'd', .label = "d", .hint = N_("Duplicate"), .help = N_("make another template like this one"), .run = act_duplicate, .needs = "insert template"},
    {.key = 'o', .label = "o", .hint = N_("Tickets"), .help = N_("the tickets of this template"), .run = act_tickets},
    {.key = 'F', .label = "F", .help = N_("sign cards for its pool now"), .danger = DANGER_ASK, .prompts = cards,
     .prompt_count = ARRAY_LEN(cards), .command = "pool fill {subject} [--cards={cards}]", .needs = "insert job"},
    {.key = 'W', .label = "W", .help = N_("pool, sale and pause"), .danger = DANGER_ASK, .prompts = settings, .prompt_count = ARRAY_LEN(settings),
     .command = "template set {subject} [--target={target}] [--low={low}] [--paused={pause}] [--sale-from={from}] [--sale-until={until}] [--reason={reason}]", .needs = "update template"},
    {.key = 'i', .label = "i", .help = N_("a QR code that gives a card away"), .danger = DANGER_ASK, .prompts = code, .prompt_count = ARRAY_LEN(code),
     .command = "template qrcode {subject} [--code={code}] [--openid-file=-{?openid}] [--outer={outer}] [--expires={expires}]",
     .input = "{openid}", .needs = NEEDS_WECHAT},
    {.key = 'C', .label = "C", .help = N_("paying from the card, or consuming by its holder"), .danger = DANGER_ASK, .prompts = cell,
     .prompt_count = ARRAY_LEN(cell), .command = "template cell {subject} {cell} {state} {with}", .needs = NEEDS_WECHAT},
    {.key = 'D', .label = "D", .help = N_("what differs from what WeChat has now"), .command = "template diff {subject}", .needs = NEEDS_WECHAT},
    {.key = 'S', .label = "S", .help = N_("its claims, adds and entries of some days"), .prompts = span, .prompt_count = ARRAY_LEN(span),
     .command = "stat show {subject} {unit} [since={since}] [until={until}]", .needs = "select stat_minute"},
    {.key = 'X', .label = "X", .help = N_("end this template for ever"), .danger = DANGER_SEVERE,
     .command = "template delete {subject} --confirm={subject} [--reason={reason}]", .needs = "update template"},
};
/* clang-format on */

/* --- drawing --- */

static bool has_value(const struct db_rows *rows, const struct field *field) {
    const char *value = db_text(rows, 0, field->name);

    return value[0] != '\0' && !(field->show == SHOW_YES && value[0] == 'f');
}

static void draw_field(const struct db_rows *rows, const struct field *field, int row, int column, int columns) {
    const char *value = db_text(rows, 0, field->name);
    char text[512];

    ui_text(row, column, LABEL - 1, ROLE_DIM, lang_word("column", field->head));
    ui_text(row, column + LABEL, columns - LABEL, field->show == SHOW_WORD ? word_role(value) : ROLE_NORMAL,
            field_text(field, rows, 0, text, sizeof(text)));
}

/* Why it was refused across the whole width, then two columns; what has no value is left out. */
static void draw_record(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[RECORD].rows;
    int half = area.columns / 2, shown = 0, used, count = 0;

    if (pane_draw_state(&view->panes[RECORD], area, _(parts[RECORD].empty)))
        return;
    if (!db_null(rows, 0, "refuse_reason")) {
        ui_text(area.row, area.column, LABEL - 1, ROLE_BAD, _("refused:"));
        used = ui_paragraph((struct area){area.row, area.column + LABEL, 3, area.columns - LABEL}, ROLE_BAD,
                            db_text(rows, 0, "refuse_reason"));
        area.row += used;
        area.rows -= used;
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        count += has_value(rows, &fields[i]);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        int rows_each = (count + 1) / 2, at = shown % rows_each;

        if (!has_value(rows, &fields[i]))
            continue;
        if (at < area.rows)
            draw_field(rows, &fields[i], area.row + at, area.column + (shown >= rows_each ? half : 0), half - 1);
        shown++;
    }
}

static void draw_difference(const struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[RECORD].rows;
    AUTO_JSON cJSON *draft = body_of(rows, "body"), *sent = body_of(rows, "sent");
    AUTO_BUF struct buf text = {0};
    int used;

    draw_rule(area, _("What a push would send"));
    if (sent == NULL || draft == NULL)
        buf_text(&text, _("Nothing was sent yet: P sends it to WeChat's review."));
    else
        card_diff_text(draft, sent, &text);
    for (char *line = text.data, *end; line != NULL && *line && area.rows > 1; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        used = ui_paragraph((struct area){area.row + 1, area.column, area.rows - 1, area.columns}, ROLE_NORMAL, line);
        area.row += used;
        area.rows -= used;
    }
}

/* Narrow: what was sent below, or what a push would send when something would be. Wide: all of it beside. */
static void draw(struct console *c UNUSED, struct view *view, struct area area) {
    const struct db_rows *rows = &view->panes[RECORD].rows;
    bool wide = area.columns >= WIDE_FROM, unsent = rows->count > 0 && db_bool(rows, 0, "unsent");
    struct area record = area, below = area, sent;

    if (wide) {
        record.columns = area.columns / 2 - 1;
        below.column += area.columns / 2;
        below.columns -= area.columns / 2;
    } else {
        record.rows -= DIFFERENCES_MOST;
        below.row += record.rows;
        below.rows = DIFFERENCES_MOST;
    }
    draw_record(view, record);
    if (rows->count == 0)
        return;
    sent = below;
    if (wide) {
        sent.rows = below.rows / 2;
        below.row += sent.rows;
        below.rows -= sent.rows;
    }
    if (wide || !unsent)
        part_draw(view, REVISIONS, sent);
    if (wide || unsent)
        draw_difference(view, below);
}

const struct screen screen_template = {
    .name = "template",
    .title = N_("Template"),
    .help = N_("one template: all of it, what was sent, what a push would send"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .child = true,
    .words = words,
    .draw = draw,
};
