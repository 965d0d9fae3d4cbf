/* The code of a ticket, to be scanned from the screen. It is shown once the audit log says who looks at it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "file.h"
#include "lang.h"
#include "qr.h"

enum { TICKET, FACTS_COLUMNS = 30, FACTS_ROWS = 4, GROUP = 4 };

struct own {
    struct qr_look look;
    int most;                /* the largest size that had room in the last frame */
    char asked[VIEW_TEXT];   /* whose look was told to the audit log */
    char allowed[VIEW_TEXT]; /* and is written there */
    char refusal[1024];      /* or why not */
};

static struct own *own_of(struct view *view) {
    if (!view->own) {
        view->own = mem_new(sizeof(struct own));
        ((struct own *)view->own)->look = (struct qr_look){QR_MARGIN, 1};
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

/* The marks of the list that we came from stay as they were when this screen was opened: a line each. */
static const char *marked_at(const struct view *list, int place, size_t *len) {
    const char *at = buf_str(&list->marks);

    if (place < 0 || place >= list->marked)
        return NULL;
    for (; place > 0; place--)
        at = strchr(at, '\n') + 1;
    *len = strcspn(at, "\n");
    return at;
}

/* -1: it is not marked. */
static int place_of(const struct view *list, const char *id) {
    for (int place = 0; place < list->marked; place++) {
        size_t len;
        const char *at = marked_at(list, place, &len);

        if (len == strlen(id) && strncmp(at, id, len) == 0)
            return place;
    }
    return -1;
}

/* Among those that are marked, loaded or not; the first comes after one that is not. */
static bool step_marked(const struct view *list, const char *id, int by, char next[VIEW_TEXT]) {
    int place = place_of(list, id);
    size_t len;
    const char *at = marked_at(list, place < 0 ? 0 : place + by, &len);

    if (at)
        snprintf(next, VIEW_TEXT, "%.*s", (int)len, at);
    return at != NULL;
}

static bool step_row(const struct view *list, int by, char next[VIEW_TEXT]) {
    int at = list->at + by;

    if (at < 0 || at >= list->shown)
        return false;
    text_copy(next, VIEW_TEXT, view_id(list, list->order[at]));
    return true;
}

/* Esc then finds the list's cursor at this ticket. */
static void follow(struct view *list, const char *id) {
    for (int at = 0; at < list->shown; at++)
        if (strcmp(view_id(list, list->order[at]), id) == 0) {
            view_move(list, at - list->at);
            return;
        }
}

static void go_on(struct console *c, int by) {
    struct view *view = console_view(c), *list = c->places[c->depth - 2];
    char next[VIEW_TEXT];

    if (!(list->marked > 0 ? step_marked(list, view->subject, by, next) : step_row(list, by, next))) {
        console_say(c, ROLE_WARN, "%s", _("there is none behind this one"));
        return;
    }
    text_copy(view->subject, sizeof(view->subject), next);
    follow(list, next);
}

static void next_one(struct console *c) {
    go_on(c, 1);
}

static void one_before(struct console *c) {
    go_on(c, -1);
}

/* --- its size --- */

static void change_margin(struct console *c) {
    struct own *own = own_of(console_view(c));

    own->look.margin = own->look.margin == QR_MARGIN ? QR_MARGIN_LEAST : QR_MARGIN;
}

static void make_bigger(struct console *c) {
    struct own *own = own_of(console_view(c));

    if (own->look.size < own->most)
        own->look.size++;
    else
        console_say(c, ROLE_WARN, "%s", _("no larger one has room: make the window larger"));
}

static void make_smaller(struct console *c) {
    struct own *own = own_of(console_view(c));

    if (own->look.size > own->most) /* the window became smaller meanwhile */
        own->look.size = own->most;
    own->look.size -= own->look.size > 1;
}

/* --- a file of it --- */

static const char *code_of(const struct view *view) {
    return db_text(&view->panes[TICKET].rows, 0, "code");
}

static bool saved(struct console *c, struct dialog *d) {
    const struct view *view = console_view(c);
    const char *path = dialog_value(d, "file");
    AUTO_BUF struct buf data = {0};
    struct err err = {0};

    if (!qr_png(code_of(view), QR_MARGIN, &data, &err)) {
        console_say(c, ROLE_BAD, "%s", err.text);
        return false;
    }
    if (!file_create(path, (struct bytes){buf_str(&data), data.len})) {
        console_say(c, ROLE_BAD, "%s: %s", path, strerror(errno));
        return false;
    }
    console_say(c, ROLE_OK, _("%s: %zu bytes written"), path, data.len);
    return true;
}

/* A code may hold what a file's name must not. */
static void name_file(const char *code, char *out, size_t size) {
    snprintf(out, size, "qr-%s.png", code);
    for (char *at = out + 3; *at; at++)
        if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.", *at))
            *at = '_';
}

static void save(struct console *c) {
    static const struct prompt prompt = {
        "file", N_("File"), N_("a new file; one that is there is not overwritten"), PROMPT_TEXT, true, NULL, NULL};
    struct view *view = console_view(c);
    struct dialog *d;
    char file[96];

    if (strcmp(own_of(view)->allowed, view->subject) != 0) {
        console_say(c, ROLE_WARN, "%s", _("the audit log is not told yet that you look"));
        return;
    }
    name_file(code_of(view), file, sizeof(file));
    d = dialog_new(DIALOG_FORM, _("Write the code as a picture (PNG)"));
    dialog_field(d, &prompt, file);
    text_copy(d->button, sizeof(d->button), _("Write"));
    d->done = saved;
    dialog_open(c, d);
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

static void draw_facts(struct view *view, int marked, struct area area) {
    const struct own *own = own_of(view);
    int modules, version = qr_version(code_of(view), &modules), row = area.row + area.rows - FACTS_ROWS;
    char grouped[64];

    group(code_of(view), grouped, sizeof(grouped));
    ui_text(area.row, area.column, area.columns, ROLE_ACCENT, grouped);
    part_draw(view, TICKET, (struct area){area.row + 2, area.column, area.rows - 2 - FACTS_ROWS - 1, area.columns});
    if (marked > 0)
        ui_format(row - 1, area.column, area.columns, ROLE_DIM, _("one of %d that are marked"), marked);
    ui_format(row, area.column, area.columns, ROLE_DIM, _("QR version %d, level M"), version);
    ui_format(row + 1, area.column, area.columns, ROLE_DIM, _("%d modules, margin %d"), modules, own->look.margin);
    ui_format(row + 2, area.column, area.columns, ROLE_DIM, _("size %d of %d: + or -"),
              own->look.size < own->most ? own->look.size : own->most, own->most);
}

static void draw_code(struct view *view, int marked, struct area area) {
    int facts = area.columns >= 2 * FACTS_COLUMNS ? FACTS_COLUMNS : 0;
    struct area place = {area.row, area.column, area.rows - 1, area.columns - facts};
    struct own *own = own_of(view);
    struct err err = {0};

    own->most = qr_size_most(code_of(view), own->look.margin, place);
    qr_draw(place, code_of(view), own->look, &err);
    if (facts > 0)
        draw_facts(view, marked,
                   (struct area){area.row, area.column + area.columns - facts + 1, area.rows, facts - 1});
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
        draw_code(view, c->places[c->depth - 2]->marked, area);
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
    {'n', "n", N_("Next"), N_("the code of the next ticket: of those that are marked, or of the list"), .run = next_one},
    {'p', "p", N_("Previous"), N_("the code of the ticket before"), .run = one_before},
    {'m', "m", N_("Margin"), N_("more or less white around the code"), .run = change_margin},
    {'+', "+", N_("Bigger"), N_("larger modules, as long as the whole code has room"), .run = make_bigger},
    {'-', "-", N_("Smaller"), N_("smaller modules"), .run = make_smaller},
    {'w', "w", N_("Save PNG"), N_("write the code into a file as a picture"), .run = save},
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
