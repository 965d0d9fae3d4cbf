/* All templates, those first that need somebody. */
#include <string.h>

#include "console.h"
#include "lang.h"
#include "rights.h"
#include "screens.h"

/* clang-format off */
enum column { FLAG = 1, KEY, TITLE, STATUS, SOLD, STOCK };
static const struct field fields[] = {
    {"unsent",    "",         1,  1,  0, SHOW_TEXT,   NULL},
    {"key",       "KEY",      10, 24, 1, SHOW_TEXT,   NULL},
    {"title",     "TITLE",    10, 30, 3, SHOW_TEXT,   NULL},
    {"status",    "STATUS",   8,  10, 0, SHOW_WORD,   "status"},
    {"sold",      "SOLD",     6,  7,  0, SHOW_NUMBER, NULL},
    {"stock",     "STOCK",    6,  7,  0, SHOW_NUMBER, NULL},
    {"valid",     "VALID",    19, 19, 0, SHOW_TEXT,   NULL},
    {"account",   "ACCOUNT",  8,  16, 1, SHOW_TEXT,   NULL},
    {"card_type", "TYPE",     14, 14, 0, SHOW_WORD,   "choice"},
};
/* clang-format on */

static bool is_void(const struct db_rows *rows, int row) {
    return strcmp(db_text(rows, row, "status"), "deleted") == 0;
}

/* What is sold out, or nearly, is seen before it is read; what was changed and not sent has a mark. */
static bool cell(const struct ui_table *t, int line, int column, const struct db_rows *rows, int row) {
    bool limited = !db_null(rows, row, "stock"), paused = db_bool(rows, row, "paused") && !is_void(rows, row);
    char figure[UI_FIGURE];

    if (column == FLAG)
        ui_cell(t, line, FLAG, ROLE_WARN, db_bool(rows, row, "unsent") ? "+" : "");
    else if (column == STATUS && paused)
        ui_cell(t, line, STATUS, ROLE_WARN, lang_word("status", "paused"));
    else if (column == STOCK && !limited)
        ui_cell(t, line, STOCK, ROLE_DIM, "-");
    else if (column == SOLD && limited && db_int(rows, row, "sold") >= db_int(rows, row, "stock"))
        ui_cell(t, line, SOLD, ROLE_BAD, ui_number(figure, db_int(rows, row, "sold")));
    else
        return false;
    return true;
}

/* Why the one under the cursor was refused, below the list: it needs the whole width. */
static void draw(struct console *c UNUSED, struct view *view, struct area area) {
    int row = view_row(view);
    const char *said = row >= 0 ? db_text(&view->panes[0].rows, row, "said") : "";

    if (said[0] != '\0') {
        area.rows -= 3;
        draw_rule((struct area){area.row + area.rows, area.column, 1, area.columns}, _("Refused because"));
        ui_paragraph((struct area){area.row + area.rows + 1, area.column + 1, 2, area.columns - 1}, ROLE_BAD, said);
    }
    parts_draw(view, area);
}

static const char *under_cursor(struct console *c) {
    return view_id(console_view(c), view_row(console_view(c)));
}

static void act_new(struct console *c) {
    console_open(c, "editor", "+");
}

static void act_edit(struct console *c) {
    if (under_cursor(c)[0] != '\0')
        console_open(c, "editor", under_cursor(c));
}

static void act_duplicate(struct console *c) {
    char subject[VIEW_TEXT] = "+";

    text_copy(subject + 1, sizeof(subject) - 1, under_cursor(c));
    if (subject[1] != '\0')
        console_open(c, "editor", subject);
}

/* clang-format off */
static const struct prompt adopting[] = {
    {"account", N_("Account"), N_("the WeChat account that has the card"), PROMPT_TEXT, true, "{account}", NULL},
    {"card",    N_("Card id"), N_("without it, the cards that WeChat has and we have not are listed"), PROMPT_TEXT, false, NULL, NULL},
    {"newkey",  N_("Key"),     N_("the name that backends shall use"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt picture[] = {
    {"account", N_("Account"), N_("the WeChat account that shall have the picture"), PROMPT_TEXT, true, "{account}", NULL},
    {"file",    N_("File"),    N_("a PNG or JPEG of at most 1 MB, 300 x 300 pixels; its URL is shown then"), PROMPT_TEXT, true, NULL, NULL},
};
static const struct prompt testers[] = {
    {"account", N_("Account"), N_("the WeChat account whose cards they may test"), PROMPT_TEXT, true, "{account}", NULL},
    {"one",     N_("Tester"),  N_("an openid or a WeChat id; those named before may be none any more"), PROMPT_TEXT, true, NULL, NULL},
    {"two",     N_("Tester"),  N_("an openid or a WeChat id"), PROMPT_TEXT, false, NULL, NULL},
    {"three",   N_("Tester"),  N_("an openid or a WeChat id"), PROMPT_TEXT, false, NULL, NULL},
    {"four",    N_("Tester"),  N_("an openid or a WeChat id"), PROMPT_TEXT, false, NULL, NULL},
    {"five",    N_("Tester"),  N_("an openid or a WeChat id"), PROMPT_TEXT, false, NULL, NULL},
};
static const struct prompt page[] = {
    {"account", N_("Account"), N_("the WeChat account whose page it shall be"), PROMPT_TEXT, true, "{account}", NULL},
    {"file",    N_("File"),    N_("JSON: banner, page_title, scene, card_list of {template, thumb_url}"), PROMPT_TEXT, true, NULL, NULL},
};
static const struct prompt json[] = {
    {"file", N_("File"), N_("JSON that card/create takes"), PROMPT_TEXT, true, NULL, NULL},
};

static const struct act acts[] = {
    {.key = 'n', .label = "n", .hint = N_("New"), .help = N_("make a template"), .anywhere = true, .run = act_new, .needs = "insert template"},
    {.key = 'e', .label = "e", .hint = N_("Edit"), .help = N_("edit this template"), .run = act_edit, .needs = "update template"},
    {.key = 'd', .label = "d", .hint = N_("Duplicate"), .help = N_("make another template like this one"), .run = act_duplicate, .needs = "insert template"},
    {.key = 'A', .label = "A", .hint = N_("Adopt"), .help = N_("take over a card that was made elsewhere"), .danger = DANGER_ASK,
     .anywhere = true, .prompts = adopting, .prompt_count = ARRAY_LEN(adopting),
     .command = "template adopt {card} --account={account} [--key={newkey}]", .needs = NEEDS_WECHAT},
    {.key = 'O', .label = "O", .help = N_("give WeChat a picture, for a logo"), .danger = DANGER_ASK, .anywhere = true,
     .prompts = picture, .prompt_count = ARRAY_LEN(picture), .command = "template logo {file} --account={account}", .needs = NEEDS_WECHAT},
    {.key = 'T', .label = "T", .help = N_("name who may add cards that are not approved yet"), .danger = DANGER_ASK, .anywhere = true,
     .prompts = testers, .prompt_count = ARRAY_LEN(testers),
     .command = "template testers --openid-file=- --account={account}",
     .input = "{one}\n{two}\n{three}\n{four}\n{five}", .needs = NEEDS_WECHAT},
    {.key = 'B', .label = "B", .help = N_("make a page of WeChat's that offers cards"), .danger = DANGER_ASK, .anywhere = true,
     .prompts = page, .prompt_count = ARRAY_LEN(page), .command = "template landing {file} --account={account}", .needs = NEEDS_WECHAT},
    {.key = 'E', .label = "E", .help = N_("say what WeChat would refuse of a file"), .anywhere = true,
     .prompts = json, .prompt_count = ARRAY_LEN(json), .command = "template lint {file}"},
};
/* clang-format on */

static const struct part parts[] = {
    {.statement = &sql_tui_templates,
     .every = 5,
     .fields = fields,
     .field_count = ARRAY_LEN(fields),
     .empty = N_("No templates yet. n makes one, A takes over a card that was made elsewhere."),
     .cell = cell},
};

const struct screen screen_templates = {
    .name = "templates",
    .number = 2,
    .title = N_("Templates"),
    .tab = "Tmpl",
    .help = N_("what is sold: state at WeChat, sold, stock, validity"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .opens = "template",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .draw = draw,
};
