/* Does WeChat let the workers' hosts in, and which address is to be pasted into its console if not? */
#include <string.h>

#include "console.h"
#include "lang.h"
#include "screens.h"
#include "term.h"
#include "wechat.h"

/* clang-format off */
static const struct field address_fields[] = {
    {"account",   "ACCOUNT", 8,  16, 1, SHOW_TEXT, NULL},
    {"host",      "HOST",    8,  24, 1, SHOW_TEXT, NULL},
    {"outcome",   "STATE",   10, 12, 0, SHOW_WORD, "state"},
    {"address",   "ADDRESS", 15, 39, 0, SHOW_TEXT, NULL},
    {"checked_s", "ASKED",   7,  8,  0, SHOW_SPAN, NULL},
    {"errcode",   "ERRCODE", 7,  7,  0, SHOW_TEXT, NULL},
    {"again_s",   "AGAIN",   6,  7,  0, SHOW_SPAN, NULL},
    {"alive",     "WORKS",   5,  5,  0, SHOW_YES,  NULL},
    {"text",      "WECHAT SAYS", 16, 60, 2, SHOW_TEXT, NULL},
};
static const struct field seen_fields[] = {
    {"account",       "ACCOUNT",      8,  16, 1, SHOW_TEXT,   NULL},
    {"host",          "HOST",         8,  24, 1, SHOW_TEXT,   NULL},
    {"address",       "ADDRESS",      15, 39, 0, SHOW_TEXT,   NULL},
    {"first_seen_at", "FIRST SEEN",   14, 14, 0, SHOW_TIME,   NULL},
    {"last_seen_at",  "LAST REFUSED", 14, 14, 0, SHOW_TIME,   NULL},
    {"times",         "TIMES",        5,  7,  0, SHOW_NUMBER, NULL},
    {"accepted_at",   "LET IN",       14, 14, 0, SHOW_TIME,   NULL},
};

/* What to do about the row under the cursor. */
static const struct advice {
    const char *outcome;
    const char *says;
} advices[] = {
    {"refused", N_("WeChat refuses this host. Paste the line above into the IP whitelist of the account (A copies it); about a minute later C asks again.")},
    {"confirm", N_("The account's administrator must confirm a message in WeChat; calls go on by themselves afterwards.")},
    {"listed",  N_("WeChat lets this host in: nothing to do. Which address it saw it says only when it refuses.")},
    {"unknown", N_("WeChat's last answer said nothing about the address. C asks again.")},
    {"never",   N_("WeChat was not asked for this host yet. C lets a worker ask.")},
};
/* clang-format on */

static const struct part parts[] = {
    {.statement = &sql_tui_ip,
     .every = 2,
     .fields = address_fields,
     .field_count = ARRAY_LEN(address_fields),
     .empty = N_(
         "No worker was here yet, so no address is known. Start kaquan-worker on its host; an account and its AppSecret "
         "come first.")},
    {.title = N_("Addresses that WeChat saw"),
     .statement = &sql_egress_list,
     .every = 10,
     .given = {NULL_GIVEN},
     .given_count = 1,
     .rows = 10,
     .fields = seen_fields,
     .field_count = ARRAY_LEN(seen_fields),
     .empty = N_("None yet: WeChat names an address when it refuses it.")},
};

static const char *advice_of(const char *outcome) {
    for (size_t i = 0; i < ARRAY_LEN(advices); i++)
        if (strcmp(advices[i].outcome, outcome) == 0)
            return advices[i].says;
    return "";
}

enum { ADVICE_ROWS = 4 };

/* The line to paste, alone in its row so that a terminal selects it whole; below, what to do. */
static void draw_advice(const struct db_rows *rows, int row, struct area area) {
    const char *address = db_text(rows, row, "address"), *outcome = db_text(rows, row, "outcome");
    const char *cure = wechat_cure((int)db_int(rows, row, "errcode"), true);
    bool refused = strcmp(outcome, "refused") == 0;
    int used;

    ui_text(area.row, area.column, area.columns, refused ? ROLE_BAD : ROLE_DIM, address[0] != '\0' ? address : "-");
    area = (struct area){area.row + 1, area.column, area.rows - 1, area.columns};
    used = ui_paragraph(area, ROLE_NORMAL, _(advice_of(outcome)));
    if (strcmp(outcome, "listed") != 0)
        ui_paragraph((struct area){area.row + used, area.column, area.rows - used, area.columns}, ROLE_ACCENT, cure);
}

static void draw(struct console *console UNUSED, struct view *view, struct area area) {
    int row = view_row(view);
    int advice = area.columns < 100 ? ADVICE_ROWS + 2 : ADVICE_ROWS;

    if (row >= 0) {
        draw_advice(&view->panes[0].rows, row, (struct area){area.row, area.column + 1, advice, area.columns - 2});
        area.row += advice;
        area.rows -= advice;
    }
    parts_draw(view, area);
}

/* --- acts --- */

static void copy_address(struct console *console) {
    const struct view *view = console_view(console);
    const char *address = view_row(view) < 0 ? "" : db_text(&view->panes[0].rows, view_row(view), "address");

    if (address[0] == '\0')
        console_say(console, ROLE_WARN, "%s", _("no address is known: WeChat names it when it refuses it"));
    else if (term_copy(address, strlen(address)))
        console_say(console, ROLE_NORMAL,
                    _("%s is in the clipboard, if the terminal allows it; else hold Shift and select"), address);
}

static const struct act acts[] = {
    {.key = 'C',
     .label = "C",
     .hint = N_("Check"),
     .help = N_("let a worker ask WeChat now"),
     .danger = DANGER_ASK,
     .command = "job queue whitelist_check",
     .anywhere = true,
     .needs = "insert job"},
    {.key = 'A',
     .label = "A",
     .hint = N_("Copy address"),
     .help = N_("copy the address"),
     .danger = DANGER_NONE,
     .run = copy_address},
    {.key = 'H',
     .label = "H",
     .help = N_("let a worker ask WeChat for this account alone"),
     .danger = DANGER_ASK,
     .command = "job queue whitelist_check --account {account}",
     .needs = "insert job"},
};

const struct screen screen_ip = {
    .name = "ip",
    .number = 7,
    .title = N_("Addresses"),
    .tab = "IP",
    .help = N_("does WeChat let the workers in, and which address to paste"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .draw = draw,
};
