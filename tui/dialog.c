#include "dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console.h"
#include "lang.h"
#include "term.h"

enum { BOX_COLUMNS = 76, LABEL = 22, EDGE = 2 };
static const double WAKES_AFTER_S = 2; /* a severe button */

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

/* Are the letters of `typed` in `text`, in this order? */
static bool is_fuzzy(const char *text, const char *typed) {
    for (; *typed; typed++) {
        text = strcasestr(text, (char[]){*typed, '\0'});
        if (!text)
            return false;
        text++;
    }
    return true;
}

/* Those that hold what was typed, then those that hold its letters. */
void dialog_narrow(struct dialog *d) {
    const char *typed = edit_text(&d->typed);

    d->shown = mem_resize(d->shown, (size_t)(d->choice_count + 1) * sizeof(*d->shown));
    d->shown_count = 0;
    for (int exact = 1; exact >= 0; exact--)
        for (int i = 0; i < d->choice_count; i++) {
            bool holds = strcasestr(d->choices[i].text, typed) != NULL || strcmp(d->choices[i].key, typed) == 0;

            if (exact ? holds : !holds && is_fuzzy(d->choices[i].text, typed))
                d->shown[d->shown_count++] = i;
        }
    d->at = d->top = 0;
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

/* --- picking --- */

static void pick(struct console *c, struct dialog *d) {
    const struct choice *choice = d->at < d->shown_count ? &d->choices[d->shown[d->at]] : NULL;

    c->dialog = NULL; /* what is picked may open another one */
    if (choice && choice->disabled)
        console_say(c, ROLE_WARN, "%s", choice->note);
    else if (choice && d->picked)
        d->picked(c, choice);
    else if (!choice && d->typed_else)
        d->typed_else(c, edit_text(&d->typed));
    dialog_free(d);
}

static void pick_key(struct console *c, struct dialog *d, uint32_t key) {
    int step = key == TERM_DOWN || key == TERM_TAB ? 1 : key == TERM_UP || key == TERM_BACKTAB ? -1 : 0;

    if (key == TERM_PAGE_DOWN || key == TERM_PAGE_UP)
        step = key == TERM_PAGE_DOWN ? 10 : -10;
    if (key == TERM_ENTER) {
        pick(c, d);
    } else if (step != 0) {
        d->at += step;
        d->at = d->at >= d->shown_count ? d->shown_count - 1 : d->at;
        d->at = d->at < 0 ? 0 : d->at;
    } else if (edit_key(&d->typed, key)) {
        dialog_narrow(d);
    }
}

/* --- filling --- */

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
static void form_key(struct console *c, struct dialog *d, uint32_t key) {
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

static void text_key(struct dialog *d, uint32_t key) {
    int step = key == TERM_DOWN || key == 'j' ? 1 : key == TERM_UP || key == 'k' ? -1 : 0;

    if (key == TERM_PAGE_DOWN || key == TERM_PAGE_UP)
        step = key == TERM_PAGE_DOWN ? 10 : -10;
    d->top = d->top + step > 0 ? d->top + step : 0;
}

void dialog_key(struct console *c, uint32_t key) {
    struct dialog *d = c->dialog;

    if (key == TERM_ESC || key == TERM_CTRL_C ||
        (d->kind == DIALOG_TEXT && (key == 'q' || key == '?' || key == TERM_ENTER)))
        dialog_close(c);
    else if (d->kind == DIALOG_PICK)
        pick_key(c, d, key);
    else if (d->kind == DIALOG_FORM)
        form_key(c, d, key);
    else
        text_key(d, key);
}

/* --- drawing --- */

static struct area inner(struct area box) {
    return (struct area){box.row + 1, box.column + EDGE, box.rows - 2, box.columns - 2 * EDGE};
}

static struct area draw_box(struct area area, int rows, const struct dialog *d) {
    int columns = area.columns - 2 < BOX_COLUMNS ? area.columns - 2 : BOX_COLUMNS;
    struct area box = {0, area.column + (area.columns - columns) / 2, rows + 2 < area.rows ? rows + 2 : area.rows,
                       columns};
    enum term_role role = d->severe ? ROLE_BAD : ROLE_ACCENT;

    box.row = area.row + (area.rows - box.rows) / 2;
    ui_box(box, role);
    ui_format(box.row, box.column + 2, box.columns - 4, role, " %s ", d->title);
    return inner(box);
}

static void draw_choice(const struct dialog *d, const struct choice *choice, int row, struct area area, bool here) {
    enum term_role role = choice->disabled ? ROLE_DIM : ROLE_NORMAL;
    int room = area.columns - 9;
    int used;

    (void)d;
    ui_selected(here);
    ui_ground(row, area.column, area.columns, role);
    ui_text(row, area.column, 8, ROLE_ACCENT, choice->key);
    used = ui_text(row, area.column + 9, room, role, choice->text);
    if (choice->note[0] != '\0')
        ui_text(row, area.column + 9 + used + 2, room - used - 2, choice->disabled ? ROLE_WARN : ROLE_DIM,
                choice->note);
    ui_selected(false);
}

static void draw_pick(struct dialog *d, struct area area) {
    int most = area.rows - 5;
    int rows = d->choice_count < most ? d->choice_count : most;
    struct area in = draw_box(area, rows + 1, d);

    edit_draw(&d->typed, in.row, in.column, in.columns, true);
    if (d->top > d->at)
        d->top = d->at;
    if (d->top <= d->at - rows)
        d->top = d->at - rows + 1;
    for (int i = d->top; i < d->shown_count && i - d->top < in.rows - 1; i++)
        draw_choice(d, &d->choices[d->shown[i]], in.row + 1 + i - d->top, in, i == d->at);
    if (d->shown_count == 0)
        ui_text(in.row + 1, in.column, in.columns, ROLE_DIM,
                d->typed_else ? _("Enter goes there") : _("nothing is called so"));
}

/* Rows that lines of text take, and draws those from `skip` on when `draw`. */
static int lines(struct area area, const char *text, int skip, bool draw) {
    int row = 0;

    while (*text) {
        AUTO_BUF struct buf line = {0};
        size_t len = strcspn(text, "\n");

        buf_add(&line, text, len);
        if (len == 0)
            row++;
        else if (draw && row - skip >= 0 && row - skip < area.rows)
            row +=
                ui_paragraph((struct area){area.row + row - skip, area.column, area.rows - row + skip, area.columns},
                             ROLE_NORMAL, buf_str(&line));
        else
            row += (text_width(buf_str(&line)) + area.columns - 1) / area.columns;
        text += len + (text[len] == '\n');
    }
    return row;
}

static void draw_text(struct dialog *d, struct area area) {
    struct area probe = {0, 0, 1000, (area.columns - 2 < BOX_COLUMNS ? area.columns - 2 : BOX_COLUMNS) - 2 * EDGE};
    int rows = lines(probe, buf_str(&d->text), 0, false) + 1;
    struct area in = draw_box(area, rows, d);

    if (d->top > rows - in.rows)
        d->top = rows > in.rows ? rows - in.rows : 0;
    in.rows--;
    lines(in, buf_str(&d->text), d->top, true);
    ui_text(in.row + in.rows, in.column, in.columns, ROLE_DIM,
            rows > in.rows + 1 ? _("j and k scroll, Esc closes") : _("Esc closes"));
}

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

static void draw_form(struct dialog *d, struct area area) {
    struct area probe = {0, 0, 1000, (area.columns - 2 < BOX_COLUMNS ? area.columns - 2 : BOX_COLUMNS) - 2 * EDGE};
    int above = lines(probe, buf_str(&d->text), 0, false);
    struct area in = draw_box(area, above + d->field_count + (above > 0 ? 1 : 0) + 4, d);
    int row, first = 0;

    lines((struct area){in.row, in.column, above, in.columns}, buf_str(&d->text), 0, true);
    row = in.row + above + (above > 0 ? 1 : 0);
    while (d->focus - first >= in.row + in.rows - 3 - row && first < d->field_count - 1)
        first++;
    for (int i = first; i < d->field_count && row < in.row + in.rows - 3; i++)
        draw_field(d, i, in, row++);
    draw_help(d, in, in.row + in.rows - 3);
    draw_buttons(d, in, in.row + in.rows - 1);
}

void dialog_draw(struct console *c, struct area area) {
    struct dialog *d = c->dialog;

    ui_fade(false);
    if (d->describe) {
        buf_reset(&d->text);
        d->describe(c, d);
    }
    if (d->kind == DIALOG_PICK)
        draw_pick(d, area);
    else if (d->kind == DIALOG_FORM)
        draw_form(d, area);
    else
        draw_text(d, area);
}
