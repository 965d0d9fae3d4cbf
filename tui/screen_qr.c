/* The code of a ticket, to be scanned from the screen. It is shown once the audit log says who looks at it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "lang.h"
#include "qr.h"

enum { TICKET, FACTS_COLUMNS = 30, GROUP = 4 };

struct own {
    int margin;
    char asked[VIEW_TEXT];   /* whose look was told to the audit log */
    char allowed[VIEW_TEXT]; /* and is written there */
    char refusal[1024];      /* or why not */
};

static struct own *own_of(struct view *view) {
    if (!view->own) {
        view->own = mem_new(sizeof(struct own));
        ((struct own *)view->own)->margin = QR_MARGIN;
    }
    return view->own;
}

static void leave(struct view *view) {
    free(view->own);
}

/* --- to be let look --- */

static void told(struct console *c, int exit_code, const char *said) {
    struct view *view = console_view(c);
    struct own *own;

    if (view->screen != screen_find("qr")) /* left meanwhile */
        return;
    own = own_of(view);
    if (exit_code == 0)
        text_copy(own->allowed, sizeof(own->allowed), own->asked);
    else
        text_copy(own->refusal, sizeof(own->refusal), said);
}

static void tell(struct console *c, struct view *view) {
    struct own *own = own_of(view);
    struct words words = {0};
    struct arguments arguments = {0};

    act_words(view, &words);
    words_arguments(&words, "ticket look {code} --template={template}", &arguments);
    words_clear(&words);
    own->refusal[0] = '\0';
    if (act_run(c, &arguments, NULL, _("the audit log is told that you look"))) {
        c->child.ended = told;
        text_copy(own->asked, sizeof(own->asked), view->subject);
    }
    arguments_clear(&arguments);
}

/* --- the next one --- */

/* Among the marked rows of the list that we came from, or all its rows. */
static bool step(struct view *list, int by) {
    for (int at = list->at + by; at >= 0 && at < list->shown; at += by)
        if (list->marked == 0 || view_is_marked(list, view_id(list, list->order[at]))) {
            view_move(list, at - list->at);
            return true;
        }
    return false;
}

static void go_on(struct console *c, int by) {
    struct view *view = console_view(c), *list = c->places[c->depth - 2];

    if (!step(list, by)) {
        console_say(c, ROLE_WARN, "%s", _("there is none behind this one"));
        return;
    }
    text_copy(view->subject, sizeof(view->subject), list->cursor);
}

static void next_one(struct console *c) {
    go_on(c, 1);
}

static void one_before(struct console *c) {
    go_on(c, -1);
}

static void change_margin(struct console *c) {
    struct own *own = own_of(console_view(c));

    own->margin = own->margin == QR_MARGIN ? QR_MARGIN_LEAST : QR_MARGIN;
}

/* --- how it looks --- */

/* "6031 8420 7551": to be read out. */
static void group(const char *code, char *out, size_t size) {
    size_t used = 0;

    for (size_t i = 0; code[i] != '\0' && used + 2 < size; i++) {
        if (i > 0 && i % GROUP == 0)
            out[used++] = ' ';
        out[used++] = code[i];
    }
    out[used] = '\0';
}

static void draw_facts(struct view *view, const char *code, struct area area) {
    char grouped[64];

    group(code, grouped, sizeof(grouped));
    ui_text(area.row, area.column, area.columns, ROLE_ACCENT, grouped);
    part_draw(view, TICKET, (struct area){area.row + 2, area.column, area.rows - 4, area.columns});
    ui_format(area.row + area.rows - 2, area.column, area.columns, ROLE_DIM, _("margin %d: m changes it"),
              own_of(view)->margin);
}

static void draw_code(struct view *view, struct area area) {
    const char *code = db_text(&view->panes[TICKET].rows, 0, "code");
    int facts = area.columns >= 2 * FACTS_COLUMNS ? FACTS_COLUMNS : 0;
    struct err err = {0};

    qr_draw((struct area){area.row, area.column, area.rows - 1, area.columns - facts}, code, own_of(view)->margin,
            &err);
    if (facts > 0)
        draw_facts(view, code, (struct area){area.row, area.column + area.columns - facts + 1, area.rows, facts - 1});
    ui_text(area.row + area.rows - 1, area.column + 1, area.columns - 1, ROLE_DIM,
            _("looking at a live code is in the audit log: who, when, which ticket"));
}

/* An answer that was on its way when one went on is that of the ticket before. */
static bool is_of_subject(const struct view *view) {
    const struct db_rows *rows = &view->panes[TICKET].rows;

    return rows->count == 0 || strcmp(db_text(rows, 0, "asked_for"), view->subject) == 0;
}

static void draw(struct console *c, struct view *view, struct area area) {
    struct own *own = own_of(view);

    if (!is_of_subject(view)) {
        view->panes[TICKET].answered_at = 0;
        view->panes[TICKET].asked_at = 0;
    }
    if (pane_draw_state(&view->panes[TICKET], area,
                        _("This ticket is not there any more under this code: Esc goes back.")))
        return;
    if (db_null(&view->panes[TICKET].rows, 0, "code")) {
        ui_paragraph(area, ROLE_NORMAL, _("the ticket has no code yet"));
        return;
    }
    if (strcmp(own->asked, view->subject) != 0 && c->child.pid == 0)
        tell(c, view);
    if (strcmp(own->allowed, view->subject) == 0)
        draw_code(view, area);
    else if (own->refusal[0] != '\0')
        ui_paragraph(area, ROLE_BAD, own->refusal);
    else
        ui_paragraph(area, ROLE_DIM, _("the audit log is told that you look"));
}

/* --- the screen --- */

/* clang-format off */
static const struct field fields[] = {
    {"title",      "TEMPLATE", 0, 0, 0, SHOW_TEXT,   NULL},
    {"template",   "KEY", 0, 0, 0, SHOW_TEXT,   NULL},
    {"person",     "HOLDER", 0, 0, 0, SHOW_MASKED, NULL},
    {"state",      "STATE", 0, 0, 0, SHOW_WORD,   "state"},
    {"claimed_at", "CLAIMED", 0, 0, 0, SHOW_TIME,   NULL},
    {"code",       "CODE", 0, 0, 0, SHOW_TEXT,   NULL},
};

static const struct part parts[] = {
    [TICKET] = {NULL, &sql_tui_ticket, 2, {"{subject}"}, 1, LOOK_RECORD, PLACE_STACK, 0, fields, ARRAY_LEN(fields), .empty = NULL},
};

static const struct act acts[] = {
    {'n', "n", N_("Next"), N_("the code of the next ticket, marked ones first"), .run = next_one},
    {'p', "p", N_("Previous"), N_("the code of the ticket before"), .run = one_before},
    {'m', "m", N_("Margin"), N_("more or less white around the code"), .run = change_margin},
};
/* clang-format on */

const struct screen screen_qr = {
    .name = "qr",
    .title = N_("QR"),
    .help = N_("the code of a ticket, to be scanned from the screen"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "code",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .child = true,
    .draw = draw,
    .leave = leave,
};
