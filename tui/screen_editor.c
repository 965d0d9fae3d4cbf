/* The form of a template: e edits one, n makes one, d makes one like another (its subject is then + and that one's
 * key). What is typed is kept in the state directory at once, and in the database when it is saved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "card_draw.h"
#include "card_keep.h"
#include "card_push.h"
#include "card_value.h"
#include "editor.h"
#include "json.h"
#include "lang.h"
#include "screens.h"

enum { CTRL_T = 0x14 };
enum { PREVIEW_FROM = 112, PREVIEW_COLUMNS = 42, FORM_BELOW = 4 };

/* clang-format off */
static const struct field head_fields[] = {{"key", "KEY", 8, 40, 1, SHOW_TEXT, NULL}};
static const struct part parts[] = {
    [EDITOR_TEMPLATE] = {.statement = &sql_tui_template_edit, .every = 2, .given = {"{subject}"}, .given_count = 1,
                  .fields = head_fields, .field_count = 1, .look = LOOK_RECORD},
    [EDITOR_ACCOUNTS] = {.statement = &sql_tui_account_keys, .every = 30, .fields = head_fields, .field_count = 1},
};
/* clang-format on */

/* --- acts --- */

/* NULL as long as the answer that the form begins with is not there. */
static struct editor *filled(struct console *c) {
    struct editor *e = console_view(c)->own;

    return e != NULL && e->form != NULL ? e : NULL;
}

static void act_save(struct console *c) {
    if (filled(c) != NULL)
        editor_save(c, false);
}

static void act_push(struct console *c) {
    struct view *view = console_view(c);
    struct editor *e = filled(c);

    if (e == NULL)
        return;
    if (card_form_dirty(e->form) || e->form->version == 0)
        editor_save(c, true);
    else
        card_push_ask(c, view->subject, e->form->base, e->sent);
}

static void act_diff(struct console *c) {
    const struct editor *e = filled(c);
    AUTO_JSON cJSON *body = NULL;
    struct dialog *d;

    if (e == NULL)
        return;
    body = card_form_body(e->form, editor_now());
    d = dialog_new(DIALOG_TEXT,
                   e->sent ? _("The form against what WeChat was sent") : _("The form against what is saved"));
    if (e->form->base != NULL)
        card_diff_text(body, e->sent ? e->sent : e->form->base, &d->text);
    else
        buf_text(&d->text, _("nothing is saved yet"));
    dialog_open(c, d);
}

static void act_large(struct console *c) {
    struct editor *e = filled(c);

    if (e != NULL)
        e->large = !e->large && card_form_choices(e->form, e->form->focus) == NULL &&
                   card_form_fixed(e->form, e->form->focus) == NULL;
}

static void act_problem(struct console *c) {
    struct editor *e = filled(c);

    if (e != NULL)
        e->form->focus = card_form_next(e->form, 1, true);
}

static void act_undo(struct console *c) {
    struct editor *e = filled(c);

    if (e == NULL)
        return;
    edit_key(&e->form->lines[e->form->focus].edit, TERM_CTRL_UNDERSCORE);
    editor_changed(e);
}

static void act_theirs(struct console *c) {
    struct editor *e = filled(c);
    struct card_line *line = e != NULL ? &e->form->lines[e->form->focus] : NULL;

    if (line == NULL || line->theirs == NULL)
        return;
    card_form_set(e->form, e->form->focus, line->theirs);
    free(line->theirs);
    line->theirs = NULL;
    editor_changed(e);
}

/* clang-format off */
static const struct act acts[] = {
    {.key = TERM_CTRL_S, .label = "^S", .hint = N_("Save"), .help = N_("save the draft"), .anywhere = true, .run = act_save, .needs = "insert template"},
    {.key = TERM_CTRL_P, .label = "^P", .hint = N_("Push"), .help = N_("save it and send it to WeChat"), .anywhere = true, .run = act_push, .needs = "insert job"},
    {.key = TERM_CTRL_D, .label = "^D", .hint = N_("Diff"), .help = N_("what differs from what WeChat was sent"), .anywhere = true, .run = act_diff},
    {.key = TERM_CTRL_G, .label = "^G", .hint = N_("Longer"), .help = N_("this field in a larger window, and back"), .anywhere = true, .run = act_large},
    {.key = TERM_F8, .label = "F8", .hint = N_("Problem"), .help = N_("to the next problem"), .anywhere = true, .run = act_problem},
    {.key = TERM_CTRL_UNDERSCORE, .label = "^_", .hint = N_("Undo"), .help = N_("undo in this field"), .anywhere = true, .run = act_undo},
    {.key = CTRL_T, .label = "^T", .help = N_("take what somebody else wrote into this field"), .anywhere = true, .run = act_theirs},
};
/* clang-format on */

/* --- closing --- */

static void picked_close(struct console *c, const struct choice *choice) {
    struct editor *e = console_view(c)->own;

    if (strcmp(choice->thing, "save") == 0) {
        editor_save(c, false);
        return;
    }
    if (strcmp(choice->thing, "forget") == 0) {
        card_keep_forget(e->kept);
        e->dropped = true;
    }
    if (strcmp(choice->thing, "stay") != 0)
        console_back(c);
}

static void close_form(struct console *c, const struct editor *e) {
    struct dialog *d;

    if (!card_form_dirty(e->form)) {
        console_back(c);
        return;
    }
    d = dialog_new(DIALOG_PICK, _("The form was changed"));
    dialog_choice(d, _("go on writing"))->thing = "stay";
    dialog_choice(d, _("save the draft"))->thing = "save";
    dialog_choice(d, _("close it; it is kept on this host"))->thing = "keep";
    dialog_choice(d, _("throw the changes away"))->thing = "forget";
    d->picked = picked_close;
    dialog_narrow(d);
    dialog_open(c, d);
}

/* --- keys --- */

static bool large_key(struct editor *e, uint32_t key) {
    if (key == TERM_ESC || key == TERM_CTRL_G)
        e->large = false;
    else if (card_large_key(&e->form->lines[e->form->focus].edit, key, e->columns))
        editor_changed(e);
    return true;
}

static bool key(struct console *c, struct view *view, uint32_t key) {
    struct editor *e = view->own;

    if (e == NULL || e->form == NULL || key == TERM_F1 || key == TERM_CTRL_C || key == TERM_CTRL_L ||
        key == TERM_CTRL_Z || key == TERM_RESIZE)
        return false;
    if (e->large)
        return large_key(e, key);
    if (key == TERM_F2)
        key = TERM_CTRL_S;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (acts[i].key == key) {
            act_begin(c, &acts[i]);
            return true;
        }
    if (key == TERM_ESC) {
        close_form(c, e);
        return true;
    }
    if (key == TERM_ENTER && card_form_choices(e->form, e->form->focus) != NULL)
        return editor_field_key(c, e, key);
    return editor_moves(e, key) || editor_field_key(c, e, key) || key == '\n';
}

/* --- drawing --- */

static void draw_title(const struct view *view, const struct editor *e, struct area area) {
    AUTO_BUF struct buf title = {0};

    buf_text(&title, editor_is_new(view) ? _("new template") : view->subject);
    if (card_form_dirty(e->form))
        buf_printf(&title, "%s%s", _(", "), _("changed"));
    buf_text(&title, _(", "));
    if (e->form->errors == 1)
        buf_text(&title, _("1 problem"));
    else
        buf_printf(&title, _("%d problems"), e->form->errors);
    draw_rule(area, buf_str(&title));
}

static void draw_state(const struct editor *e, struct area area) {
    AUTO_BUF struct buf text = {0};
    char at[UI_FIGURE];
    int shown = 0;

    for (int i = 0; i < e->form->count; i++)
        if (card_form_changed(e->form, i))
            buf_printf(&text, "%s%s", shown++ ? _(", ") : _("changed: "), card_label(e->form->lines[i].field));
    if (e->kept_wall > 0) {
        buf_text(&text, "   ");
        buf_printf(&text, _("kept on this host %s"), editor_time((int64_t)e->kept_wall, at));
    }
    ui_text(area.row, area.column + 1, area.columns - 1, ROLE_DIM, buf_str(&text));
}

static void draw_large(struct editor *e, struct area area) {
    const struct card_line *line = &e->form->lines[e->form->focus];
    char title[256];

    snprintf(title, sizeof(title), _("%s: %zu of %lld bytes; Enter begins a line, ^G goes back"),
             card_label(line->field), card_value_bytes(card_form_text(e->form, e->form->focus)),
             (long long)line->field->high);
    draw_rule(area, title);
    area.row++;
    area.rows--;
    e->columns = area.columns;
    card_draw_large(e->form, area, &e->large_top);
}

static void draw_form(struct view *view, struct editor *e, struct area area) {
    struct area lines = {area.row + 1, area.column, area.rows - 1 - FORM_BELOW, area.columns};
    struct area help = {area.row + area.rows - FORM_BELOW, area.column, FORM_BELOW - 1, area.columns};
    struct area state = {area.row + area.rows - 1, area.column, 1, area.columns};

    draw_title(view, e, area);
    card_draw_help(e->form, help);
    draw_state(e, state);
    card_draw_lines(e->form, lines, &e->top);
}

static void draw(struct console *c, struct view *view, struct area area) {
    struct editor *e;

    if (!editor_look(c, view)) {
        pane_draw_state(&view->panes[EDITOR_TEMPLATE], area, _("There is no template of that key."));
        return;
    }
    e = view->own;
    if (area.columns >= PREVIEW_FROM) {
        card_draw_preview(e->form, (struct area){area.row, area.column + area.columns - PREVIEW_COLUMNS, area.rows,
                                                 PREVIEW_COLUMNS});
        area.columns -= PREVIEW_COLUMNS + 1;
    }
    if (e->large)
        draw_large(e, area);
    else
        draw_form(view, e, area);
}

const struct screen screen_editor = {
    .name = "editor",
    .title = N_("Template form"),
    .help = N_("a template as a form, with what WeChat would refuse"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .types = true,
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .child = true,
    .draw = draw,
    .key = key,
    .leave = editor_leave,
};
