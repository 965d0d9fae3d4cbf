/* The part of dialog.h that fills a form. */
#include <string.h>

#include "clock.h"
#include "console.h"
#include "dialog_kinds.h"
#include "lang.h"

enum { LABEL = 22 };
static const double WAKES_AFTER_S = 2; /* a severe button */

/* --- keys --- */

static bool is_asleep(const struct dialog *d) {
    return d->severe && clock_seconds() - d->opened_at < WAKES_AFTER_S;
}

static bool is_number(const char *text) {
    return text[0] == '\0' || strspn(text, "0123456789+-.") == strlen(text);
}

/* What is wrong with an answer, or "". */
static const char *problem_of(const struct dialog *d, const struct form_field *field) {
    const char *text = edit_text(&field->edit);
    bool last = field == &d->fields[d->field_count - 1];

    if (last && d->wanted && strcmp(text, d->wanted) != 0)
        return _("is not what is asked for");
    if (field->prompt->needed && text[0] == '\0')
        return _("is needed");
    if (field->prompt->kind == PROMPT_NUMBER && !is_number(text))
        return _("is no number");
    return "";
}

/* The cursor goes to the first problem. */
static bool is_filled(struct dialog *d) {
    bool good = true;

    for (int i = d->field_count - 1; i >= 0; i--) {
        text_copy(d->fields[i].problem, sizeof(d->fields[i].problem), problem_of(d, &d->fields[i]));
        if (d->fields[i].problem[0] != '\0') {
            d->focus = i;
            good = false;
        }
    }
    return good;
}

static void submit(struct console *c, struct dialog *d) {
    if (is_asleep(d) || !is_filled(d))
        return;
    c->dialog = NULL;
    if (d->done(c, d))
        dialog_free(d);
    else
        dialog_open(c, d);
}

static void step_choice(struct form_field *field, int step) {
    const char *const *choices = field->prompt->choices;
    int count = 0, at = 0;

    for (; choices[count]; count++)
        if (strcmp(choices[count], edit_text(&field->edit)) == 0)
            at = count;
    if (count > 0)
        edit_set(&field->edit, choices[(at + count + step) % count]);
}

static bool field_key(struct form_field *field, uint32_t key) {
    field->problem[0] = '\0';
    if (field->prompt->kind != PROMPT_CHOICE)
        return edit_key(&field->edit, key);
    if (key == TERM_RIGHT || key == ' ')
        step_choice(field, 1);
    else if (key == TERM_LEFT)
        step_choice(field, -1);
    return true;
}

/* Enter alone never confirms: it goes on to the next field, and on Cancel it cancels. */
void dialog_form_key(struct console *c, struct dialog *d, uint32_t key) {
    int places = d->field_count + 2; /* the fields, Cancel, the button */
    bool on_field = d->focus < d->field_count;

    if (key == TERM_TAB || key == TERM_DOWN || (key == TERM_ENTER && on_field))
        d->focus = (d->focus + 1) % places;
    else if (key == TERM_BACKTAB || key == TERM_UP)
        d->focus = (d->focus + places - 1) % places;
    else if (key == TERM_CTRL_S || key == TERM_F2 || (key == TERM_ENTER && d->focus == places - 1) ||
             (key == 'y' && !on_field && !d->severe))
        submit(c, d);
    else if (key == TERM_ENTER)
        dialog_close(c);
    else if (on_field)
        field_key(&d->fields[d->focus], key);
    else if (key == TERM_LEFT || key == TERM_RIGHT)
        d->focus = d->focus == places - 1 ? places - 2 : places - 1;
}

/* --- drawing --- */

static void draw_field(const struct dialog *d, int i, struct area in, int row) {
    const struct form_field *field = &d->fields[i];
    int width = in.columns - LABEL - 2;

    ui_format(row, in.column, LABEL - 1, ROLE_NORMAL, "%s%s", _(field->prompt->label),
              field->prompt->needed ? " *" : "");
    if (field->prompt->kind == PROMPT_CHOICE) {
        ui_selected(d->focus == i);
        ui_format(row, in.column + LABEL, width, ROLE_NORMAL, "< %s >", lang_word("choice", edit_text(&field->edit)));
        ui_selected(false);
    } else {
        edit_draw(&field->edit, row, in.column + LABEL, width, d->focus == i);
    }
    if (field->problem[0] != '\0')
        ui_text(row, in.column + in.columns - 1, 1, ROLE_BAD, "!");
}

/* What is wrong with the field that has the focus, or else what it is for. */
static void draw_help(const struct dialog *d, struct area in, int row) {
    const struct form_field *field = &d->fields[d->focus];

    if (d->focus >= d->field_count)
        return;
    if (field->problem[0] != '\0')
        ui_format(row, in.column, in.columns, ROLE_BAD, "! %s: %s", _(field->prompt->label), field->problem);
    else if (field->prompt->help)
        ui_text(row, in.column, in.columns, ROLE_DIM, _(field->prompt->help));
}

static void draw_buttons(const struct dialog *d, struct area in, int row) {
    int column = in.column + 4;

    ui_selected(d->focus == d->field_count);
    column += ui_format(row, column, in.columns, ROLE_NORMAL, "[ %s ]", _("Cancel")) + 4;
    ui_selected(d->focus == d->field_count + 1);
    column += ui_format(row, column, in.columns,
                        is_asleep(d) ? ROLE_DIM
                        : d->severe  ? ROLE_BAD
                                     : ROLE_ACCENT,
                        "[ %s ]", d->button) +
              2;
    ui_selected(false);
    if (is_asleep(d))
        ui_format(row, column, in.columns - (column - in.column), ROLE_DIM, _("wakes in %.0f s"),
                  WAKES_AFTER_S - (clock_seconds() - d->opened_at) + 0.5);
    else if (d->focus < d->field_count)
        ui_text(row, column, in.columns - (column - in.column), ROLE_DIM, _("Tab next, ^S does it"));
}

void dialog_form_draw(struct dialog *d, struct area area) {
    struct area probe = {0, 0, 1000, dialog_columns(area)};
    int above = dialog_lines(probe, buf_str(&d->text), 0, false, NULL);
    struct area in = dialog_box(area, above + d->field_count + (above > 0 ? 1 : 0) + 4, d);
    int row, first = 0;

    dialog_lines((struct area){in.row, in.column, above, in.columns}, buf_str(&d->text), 0, true, NULL);
    row = in.row + above + (above > 0 ? 1 : 0);
    while (d->focus - first >= in.row + in.rows - 3 - row && first < d->field_count - 1)
        first++;
    for (int i = first; i < d->field_count && row < in.row + in.rows - 3; i++)
        draw_field(d, i, in, row++);
    draw_help(d, in, in.row + in.rows - 3);
    draw_buttons(d, in, in.row + in.rows - 1);
}
