#include "ticket_acts.h"

#include <stdio.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "lang.h"

/* --- which tickets --- */

/* The ids of the marked rows, a line each, or that of the row under the cursor. */
static const char *ids_of(const struct view *view) {
    return view->marked > 0 ? buf_str(&view->marks) : view_id(view, view_row(view));
}

/* Bytes of the template's key at the beginning of an id. */
static int key_of(const char *id) {
    return (int)strcspn(id, " \n");
}

void ticket_words(const struct view *view, struct words *words) {
    AUTO_BUF struct buf codes = {0};
    char key[VIEW_TEXT];
    const char *id = ids_of(view);

    snprintf(key, sizeof(key), "%.*s", key_of(id), id);
    for (size_t len; *id; id += len + (id[len] == '\n')) {
        int skip = key_of(id) + 1;

        len = strcspn(id, "\n");
        if ((size_t)skip < len && id[skip] != '(')
            buf_printf(&codes, "%.*s\n", (int)len - skip, id + skip);
    }
    words_add(words, "codes", buf_str(&codes));
    words_add(words, "template", key);
    words_add(words, "filter", view->filter);
}

static bool are_of_one_template(const char *ids) {
    int first = key_of(ids);

    for (const char *id = ids; *id; id += strcspn(id, "\n"), id += *id == '\n')
        if (key_of(id) != first || strncmp(id, ids, (size_t)first) != 0)
            return false;
    return true;
}

static const char *has_no_code(const struct db_rows *rows, int row) {
    return db_text(rows, row, "code")[0] == '\0' ? N_("the ticket has no code yet") : NULL;
}

static const char *has_nobody(const struct db_rows *rows, int row) {
    return db_text(rows, row, "person")[0] == '\0' ? N_("nobody is known who has this ticket") : NULL;
}

/* --- consume and void: one ticket, or all that are marked --- */

static const struct prompt reason[] = {
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};

#define HOW " --template={template} --confirm={template} [--reason={reason}]"
#define MANY " --ids-from=-" HOW
#define CONSUMED N_("consume at WeChat for ever: the holder cannot use it again")
#define VOIDED N_("make void at WeChat for ever, as after a refund")

static const struct act consume_one = {.help = CONSUMED,
                                       .danger = DANGER_ASK,
                                       .command = "ticket consume {code}" HOW,
                                       .prompts = reason,
                                       .prompt_count = ARRAY_LEN(reason),
                                       .hindrance = has_no_code,
                                       .then = "bulk"};
static const struct act consume_many = {.help = CONSUMED,
                                        .danger = DANGER_SEVERE,
                                        .command = "ticket consume" MANY,
                                        .input = "{codes}",
                                        .many = true,
                                        .then = "bulk"};
static const struct act void_one = {.help = VOIDED,
                                    .danger = DANGER_SEVERE,
                                    .command = "ticket void {code}" HOW,
                                    .hindrance = has_no_code,
                                    .then = "bulk"};
static const struct act void_many = {.help = VOIDED,
                                     .danger = DANGER_SEVERE,
                                     .command = "ticket void" MANY,
                                     .input = "{codes}",
                                     .many = true,
                                     .then = "bulk"};

/* An act takes tickets of one template. */
static void begin(struct console *c, const struct act *one, const struct act *many) {
    const struct view *view = console_view(c);

    if (view->marked > 0 && !are_of_one_template(buf_str(&view->marks)))
        console_say(c, ROLE_WARN, "%s", _("the marked tickets are of several templates: an act takes those of one"));
    else
        act_begin(c, view->marked > 0 ? many : one);
}

static void consume(struct console *c) {
    begin(c, &consume_one, &consume_many);
}

static void make_void(struct console *c) {
    begin(c, &void_one, &void_many);
}

/* --- what only looks --- */

static void open_about(struct console *c, const char *screen) {
    const struct view *view = console_view(c);
    const char *id = view_id(view, view_row(view));

    if (id[0] != '\0')
        console_open(c, screen, id);
}

static void open_qr(struct console *c) {
    open_about(c, "qr");
}

static void open_history(struct console *c) {
    open_about(c, "history");
}

static void open_drifts(struct console *c) {
    console_open(c, "drifts", "");
}

static void open_bulks(struct console *c) {
    console_open(c, "bulks", "");
}

/* The other tickets of whoever has this one. */
static void show_related(struct console *c) {
    const struct view *view = console_view(c);
    int row = view_row(view);
    char filter[VIEW_TEXT];

    if (row < 0 || db_text(&view->panes[0].rows, row, "person")[0] == '\0') {
        console_say(c, ROLE_WARN, "%s", _("nobody is known who has this ticket"));
        return;
    }
    snprintf(filter, sizeof(filter), "person:%s", db_text(&view->panes[0].rows, row, "person"));
    console_find(c, screen_find("tickets"), filter);
}

/* --- the table --- */

static const struct prompt another_code[] = {
    {"new", N_("New code"), N_("1 to 20 bytes; WeChat shows it from now on"), PROMPT_TEXT, true, NULL, NULL},
};

static const struct prompt compare[] = {
    {"limit", N_("At most"), N_("tickets to look at, the newest first: one or two calls of WeChat each"),
     PROMPT_NUMBER, true, "1000", NULL},
};

static const struct prompt into_file[] = {
    {"file", N_("File"), N_("a new file; one that is there is not overwritten"), PROMPT_TEXT, true, "tickets-all.csv",
     NULL},
};

/* clang-format off */
const struct act ticket_acts[TICKET_ACTS] = {
    {'i', "i", N_("QR"), N_("show the code to scan; the audit log keeps who looked"), .run = open_qr, .needs = "execute audit_write"},
    {'C', "C", N_("Consume"), CONSUMED, DANGER_ASK, .run = consume, .many = true, .needs = "insert bulk"},
    {'X', "X", N_("Void"), VOIDED, DANGER_SEVERE, .run = make_void, .many = true, .needs = "insert bulk"},
    {'o', "o", NULL, N_("all tickets of the same person"), .run = show_related},
    {'L', "L", NULL, N_("all that happened to it"), .run = open_history},
    {'V', "V", NULL, N_("show code and persons in full; the audit log keeps who looked"),
     .command = "ticket look {name} --template={template}", .needs = "execute audit_write"},
    {'A', "A", NULL, N_("give it another code"), DANGER_SEVERE, "ticket change-code {code} {new} --template={template} --confirm={template} [--reason={reason}]",
     another_code, ARRAY_LEN(another_code), .hindrance = has_no_code, .then = "bulk", .needs = "insert bulk"},
    {'e', "e", NULL, N_("change its seat and time at WeChat"), DANGER_ASK, .run = ticket_change_details, .hindrance = ticket_has_no_details,
     .needs = "insert bulk"},
    {'W', "W", NULL, N_("let the worker ask WeChat about it, and compare"), DANGER_ASK, "ticket reconcile {template} --filter=code:{code} --limit=1",
     .hindrance = has_no_code, .needs = "insert ticket_reconcile"},
    {'E', "E", NULL, N_("take its person out of tickets, pushes and steps for ever"), DANGER_SEVERE,
     "ticket erase --openid-file=- --confirm=erase [--reason={reason}]", .hindrance = has_nobody, .input = "{person}", .needs = "execute ticket_erase"},
    {'T', "T", NULL, N_("write all that match into a file"), .command = "ticket export {file} --filter=-", .input = "{filter}",
     .prompts = into_file, .prompt_count = ARRAY_LEN(into_file), .anywhere = true, .needs = "execute audit_write"},
    {'D', "D", NULL, N_("where tickets and WeChat differ, and what repairs it"), .run = open_drifts, .anywhere = true},
    {'B', "B", NULL, N_("acts on many tickets, and how far they are"), .run = open_bulks, .anywhere = true},
    {'R', "R", NULL, N_("compare those that match, of this template, with WeChat"), DANGER_ASK,
     "ticket reconcile {template} --filter=- --limit={limit}", .input = "{filter}",
     .prompts = compare, .prompt_count = ARRAY_LEN(compare), .needs = "insert ticket_reconcile"},
};
/* clang-format on */
