#include "dialog_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console.h"
#include "term.h"

enum { BOX_COLUMNS = 76, EDGE = 2 };

/* --- making one --- */

struct dialog *dialog_new(enum dialog_kind kind, const char *title) {
    struct dialog *d = mem_new(sizeof(*d));

    d->kind = kind;
    d->opened_at = clock_seconds();
    safe_copy(d->title, sizeof(d->title), title);
    return d;
}

void dialog_free(struct dialog *d) {
    if (!d)
        return;
    if (d->drop)
        d->drop(d->context);
    for (int i = 0; i < d->field_count; i++)
        edit_clear(&d->fields[i].edit);
    edit_clear(&d->typed);
    buf_wipe(&d->text);
    free(d->choices);
    free(d->shown);
    free(d);
}

struct choice *dialog_choice(struct dialog *d, const char *text) {
    struct choice *choice;

    d->choices = mem_resize(d->choices, (size_t)(d->choice_count + 1) * sizeof(*d->choices));
    choice = &d->choices[d->choice_count++];
    *choice = (struct choice){0};
    safe_copy(choice->text, sizeof(choice->text), text);
    return choice;
}

void dialog_field(struct dialog *d, const struct prompt *prompt, const char *value) {
    struct form_field *field;

    if (d->field_count == DIALOG_FIELDS)
        bug("a form of more than %d fields", DIALOG_FIELDS);
    field = &d->fields[d->field_count++];
    field->prompt = prompt;
    field->edit.secret = prompt->kind == PROMPT_SECRET;
    edit_set(&field->edit, value);
}

const char *dialog_value(const struct dialog *d, const char *name) {
    for (int i = 0; i < d->field_count; i++)
        if (strcmp(d->fields[i].prompt->name, name) == 0)
            return edit_text(&d->fields[i].edit);
    return "";
}

void dialog_open(struct console *c, struct dialog *d) {
    dialog_free(c->dialog);
    c->dialog = d;
}

void dialog_close(struct console *c) {
    dialog_open(c, NULL);
}

/* --- keys --- */

void dialog_key(struct console *c, uint32_t key) {
    struct dialog *d = c->dialog;

    if (d->kind == DIALOG_TEXT)
        dialog_text_key(c, d, key);
    else if (key == TERM_ESC || key == TERM_CTRL_C)
        dialog_close(c);
    else if (d->kind == DIALOG_PICK)
        dialog_pick_key(c, d, key);
    else
        dialog_form_key(c, d, key);
}

/* --- drawing --- */

int dialog_columns(struct area area) {
    int columns = area.columns - 2 < BOX_COLUMNS ? area.columns - 2 : BOX_COLUMNS;

    return columns - 2 * EDGE;
}

struct area dialog_box(struct area area, int rows, const struct dialog *d) {
    int columns = dialog_columns(area) + 2 * EDGE;
    struct area box = {0, area.column + (area.columns - columns) / 2, rows + 2 < area.rows ? rows + 2 : area.rows,
                       columns};
    enum term_role role = d->severe ? ROLE_BAD : ROLE_ACCENT;

    box.row = area.row + (area.rows - box.rows) / 2;
    ui_box(box, role);
    ui_format(box.row, box.column + 2, box.columns - 4, role, " %s ", d->title);
    return (struct area){box.row + 1, box.column + EDGE, box.rows - 2, box.columns - 2 * EDGE};
}

void dialog_draw(struct console *c, struct area area) {
    struct dialog *d = c->dialog;

    ui_fade(false);
    if (d->describe) {
        buf_reset(&d->text);
        d->describe(c, d);
    }
    if (d->kind == DIALOG_PICK)
        dialog_pick_draw(d, area);
    else if (d->kind == DIALOG_FORM)
        dialog_form_draw(d, area);
    else
        dialog_text_draw(d, area);
}
