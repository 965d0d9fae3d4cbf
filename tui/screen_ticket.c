/* A ticket: our record, WeChat's view where the two differ, all that happened to it. */
#include "lang.h"
#include "screens.h"
#include "ticket_acts.h"

/* clang-format off */
static const struct field fields[] = {
    {"code",         N_("CODE"),         0, 0, 0, SHOW_TEXT,   NULL},
    {"codes_before", N_("CODES BEFORE"), 0, 0, 0, SHOW_TEXT,   NULL},
    {"title",        N_("TITLE"),        0, 0, 0, SHOW_TEXT,   NULL},
    {"template",     N_("TEMPLATE"),     0, 0, 0, SHOW_TEXT,   NULL},
    {"account",      N_("ACCOUNT"),      0, 0, 0, SHOW_TEXT,   NULL},
    {"state",        N_("STATE"),        0, 0, 0, SHOW_WORD,   "state"},
    {"person",       N_("HOLDER"),       0, 0, 0, SHOW_MASKED, NULL},
    {"claimed_at",   N_("CLAIMED"),      0, 0, 0, SHOW_TIME,   NULL},
    {"openid",       N_("CLAIMED BY"),   0, 0, 0, SHOW_MASKED, NULL},
    {"request_id",   N_("REQUEST"),      0, 0, 0, SHOW_TEXT,   NULL},
    {"epoch",        N_("EPOCH"),        0, 0, 0, SHOW_TEXT,   NULL},
    {"valid_until",  N_("CARD UNTIL"),   0, 0, 0, SHOW_TIME,   NULL},
    {"entries",      N_("ENTRIES"),      0, 0, 0, SHOW_NUMBER, NULL},
    {"drift",        N_("AT WECHAT"),    0, 0, 0, SHOW_WORD,   "drift"},
    {"theirs",       N_("STATUS THERE"), 0, 0, 0, SHOW_TEXT,   NULL},
    {"their_holder", N_("HOLDER THERE"), 0, 0, 0, SHOW_MASKED, NULL},
    {"asked_at",     N_("ASKED"),        0, 0, 0, SHOW_TIME,   NULL},
};

static const struct field history_fields[] = {
    {"at",     N_("TIME"),   15, 15, 0, SHOW_TIME, NULL},
    {"kind",   N_("STEP"),   14, 20, 0, SHOW_WORD, "step"},
    {"code",   N_("CODE"),   12, 20, 0, SHOW_CODE, NULL},
    {"detail", N_("DETAIL"), 20, 200, 1, SHOW_TEXT, NULL},
};

static const struct part parts[] = {
    {NULL, &sql_tui_ticket, 2, {"{subject}"}, 1, LOOK_RECORD, PLACE_STACK, 0, fields, ARRAY_LEN(fields),
     N_("This ticket is not there any more under this code: Esc goes back."), NULL},
    {N_("History"), &sql_tui_ticket_timeline, 2, {"{subject}"}, 1, LOOK_LOG, PLACE_STACK, 12, history_fields, ARRAY_LEN(history_fields),
     NULL, NULL},
};

static const struct part history_parts[] = {
    {NULL, &sql_tui_ticket_timeline, 2, {"{subject}"}, 1, LOOK_LIST, PLACE_STACK, 0, history_fields, ARRAY_LEN(history_fields), NULL, NULL},
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
