/* A ticket: our record, WeChat's view where the two differ, all that happened to it. */
#include "lang.h"
#include "screens.h"
#include "ticket_acts.h"

/* clang-format off */
static const struct field fields[] = {
    {"code",         "CODE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"codes_before", "CODES BEFORE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"title",        "TITLE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"template",     "TEMPLATE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"account",      "ACCOUNT", 0, 0, 0, SHOW_TEXT,   NULL},
    {"state",        "STATE", 0, 0, 0, SHOW_WORD,   "state"},
    {"person",       "HOLDER", 0, 0, 0, SHOW_MASKED, NULL},
    {"claimed_at",   "CLAIMED", 0, 0, 0, SHOW_TIME,   NULL},
    {"openid",       "CLAIMED BY", 0, 0, 0, SHOW_MASKED, NULL},
    {"request_id",   "REQUEST", 0, 0, 0, SHOW_TEXT,   NULL},
    {"epoch",        "EPOCH", 0, 0, 0, SHOW_TEXT,   NULL},
    {"valid_until",  "CARD UNTIL", 0, 0, 0, SHOW_TIME,   NULL},
    {"entries",      "ENTRIES", 0, 0, 0, SHOW_NUMBER, NULL},
    {"drift",        "AT WECHAT", 0, 0, 0, SHOW_WORD,   "drift"},
    {"theirs",       "STATUS THERE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"their_holder", "HOLDER THERE", 0, 0, 0, SHOW_MASKED, NULL},
    {"asked_at",     "ASKED", 0, 0, 0, SHOW_TIME,   NULL},
};

static const struct field history_fields[] = {
    {"at",     "TIME", 15, 15, 0, SHOW_TIME, NULL},
    {"kind",   "STEP", 14, 20, 0, SHOW_WORD, "step"},
    {"code",   "CODE", 12, 20, 0, SHOW_CODE, NULL},
    {"detail", "DETAIL", 20, 200, 1, SHOW_TEXT, NULL},
};

static const struct part parts[] = {
    {NULL, &sql_tui_ticket, 2, {"{subject}"}, 1, LOOK_RECORD, PLACE_STACK, 0, fields, ARRAY_LEN(fields),
     .empty = N_("This ticket is not there any more under this code: Esc goes back.")},
    {N_("History"), &sql_tui_ticket_timeline, 2, {"{subject}"}, 1, LOOK_LOG, PLACE_STACK, 12, history_fields, ARRAY_LEN(history_fields),
     .empty = NULL},
};

static const struct part history_parts[] = {
    {NULL, &sql_tui_ticket_timeline, 2, {"{subject}"}, 1, LOOK_LIST, PLACE_STACK, 0, history_fields, ARRAY_LEN(history_fields), .empty = NULL},
};
/* clang-format on */

const struct screen screen_ticket = {
    .name = "ticket",
    .title = N_("Ticket"),
    .help = N_("one ticket: our record, WeChat's view, all that happened to it"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "id",
    .opens = "history",
    .acts = ticket_acts,
    .act_count = TICKET_ACTS_ONE,
    .child = true,
    .words = ticket_words,
};

const struct screen screen_history = {
    .name = "history",
    .title = N_("History"),
    .help = N_("all that happened to a ticket, to scroll through"),
    .parts = history_parts,
    .part_count = ARRAY_LEN(history_parts),
    .id = "n",
    .child = true,
};
