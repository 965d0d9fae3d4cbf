#include "card_draw.h"

#include <stdio.h>
#include <string.h>

#include "card_value.h"
#include "lang.h"
#include "screens.h"
#include "text.h"

enum { LABEL = 23, FIELD_LEAST = 24, FIELD_MOST = 40, NOTE = 26, NOTE_SIZE = 256 };

/* --- words --- */

const char *card_label(const struct template_field *field) {
    return lang_word("template field", field->label);
}

/* In English the words of WeChat say it themselves, without what all of them begin with. */
static const char *without_prefix(const char *choices, const char *word) {
    size_t same = strcspn(choices, " ");

    if (choices[same] == '\0')
        return word;
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        size_t n = 0;

        while (n < same && at[n] == choices[n])
            n++;
        same = n;
        at += strcspn(at, " ");
    }
    while (same > 0 && choices[same - 1] != '_')
        same--;
    return strlen(word) > same ? word + same : word;
}

const char *card_word(const struct card_form *form, int line, const char *word) {
    const char *choices = card_form_choices(form, line), *said = lang_word("choice", word);

    if (word[0] == '\0')
        return "-";
    if (form->lines[line].field->type == FIELD_BOOL)
        return strcmp(word, "true") == 0 ? _("yes") : _("no");
    return said == word && choices != NULL ? without_prefix(choices, word) : said;
}

/* --- what stands beside a field --- */

/* Colours of cards are not those of the terminal: the nearest role, and its name beside it. */
static enum term_role color_role(const char *name) {
    static const struct {
        const char *names;
        enum term_role role;
    } roles[] = {
        {"Color010 Color020 Color082", ROLE_OK},
        {"Color030 Color040 Color050", ROLE_ACCENT},
        {"Color060 Color070 Color080 Color081", ROLE_WARN},
        {"Color090 Color100 Color101", ROLE_BAD},
    };

    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (name[0] != '\0' && template_choice(roles[i].names, name))
            return roles[i].role;
    return ROLE_DIM;
}

static void count_note(const struct card_form *form, int line, char out[NOTE_SIZE]) {
    const struct template_field *f = form->lines[line].field;
    bool counted = f->type <= FIELD_APP && f->high > 0 && card_form_choices(form, line) == NULL && line >= CARD_HEAD;

    out[0] = '\0';
    if (counted)
        snprintf(out, NOTE_SIZE, _("%zu of %lld bytes"), card_value_bytes(card_form_text(form, line)),
                 (long long)f->high);
}

static void draw_note(const struct card_form *form, int i, int row, int column, int columns) {
    const struct card_line *line = &form->lines[i];
    bool bad = line->level == LINT_ERROR;
    char note[NOTE_SIZE];

    if (line->theirs != NULL)
        ui_format(row, column, columns, ROLE_BAD, _("! theirs: %s"), line->theirs);
    else if (line->cause[0] != '\0')
        ui_format(row, column, columns, bad ? ROLE_BAD : ROLE_WARN, "%s %s", bad ? "!" : "?", line->cause);
    else if (card_form_fixed(form, i) != NULL)
        ui_text(row, column, columns, ROLE_DIM, _("fixed"));
    else if (strcmp(line->field->place, "base_info.color") == 0)
        ui_format(row, column, columns, color_role(card_form_text(form, i)), "%s %s", term_ascii() ? "###" : "███",
                  template_color_value(card_form_text(form, i)) ? template_color_value(card_form_text(form, i)) : "");
    else {
        count_note(form, i, note);
        ui_text(row, column, columns, ROLE_DIM, note);
    }
}

/* --- a line --- */

/* A word to choose, with a sign that there are others. */
static void draw_choice(const struct card_form *form, int i, int row, int column, int columns, bool focused) {
    enum term_role role = focused ? ROLE_SELECTED : ROLE_FIELD;

    ui_ground(row, column, columns, role);
    ui_text(row, column, columns - 2, role, card_word(form, i, card_form_text(form, i)));
    ui_text(row, column + columns - 1, 1, role, "v");
    if (focused)
        term_cursor(row, column);
}

static void draw_line(const struct card_form *form, int i, struct area area, int row) {
    const struct card_line *line = &form->lines[i];
    int left = area.column + 1 + LABEL + 2;
    int room = area.columns - LABEL - 6 - NOTE;
    int width = room < FIELD_LEAST ? FIELD_LEAST : room > FIELD_MOST ? FIELD_MOST : room;
    bool focused = i == form->focus, fixed = card_form_fixed(form, i) != NULL;
    enum term_role role = fixed ? ROLE_DIM : focused ? ROLE_ACCENT : ROLE_NORMAL;

    ui_text(row, area.column, 1, ROLE_ACCENT, card_form_changed(form, i) ? "*" : "");
    ui_text(row, area.column + 1, LABEL, role, card_label(line->field));
    ui_text(row, left - 2, 1, role, line->field->required ? "*" : "");
    ui_text(row, left - 1, 1, ROLE_DIM, "[");
    if (card_form_choices(form, i) != NULL)
        draw_choice(form, i, row, left, width, focused);
    else
        edit_draw(&line->edit, row, left, width, focused);
    ui_text(row, left + width, 1, ROLE_DIM, "]");
    draw_note(form, i, row, left + width + 2, area.column + area.columns - left - width - 2);
}

/* --- all lines --- */

/* Rows that a line takes: what is not needed begins after a free row. */
static int rows_of(const struct card_line *line) {
    return line->hidden ? 0 : line->first_extra ? 2 : 1;
}

static int rows_between(const struct card_form *form, int from, int to) {
    int rows = 0;

    for (int i = from; i < to; i++)
        rows += rows_of(&form->lines[i]);
    return rows;
}

static void follow_focus(const struct card_form *form, int rows, int *top) {
    if (*top > form->focus)
        *top = form->focus;
    while (*top < form->focus && rows_between(form, *top, form->focus + 1) > rows)
        (*top)++;
}

void card_draw_lines(const struct card_form *form, struct area area, int *top) {
    int row = area.row;

    follow_focus(form, area.rows, top);
    for (int i = *top; i < form->count; i++) {
        int rows = rows_of(&form->lines[i]);

        if (row + rows > area.row + area.rows)
            break;
        if (rows > 0)
            draw_line(form, i, area, row + rows - 1);
        row += rows;
    }
}

/* A day is written in a form as a day. */
static const char *help_of(const struct template_field *f) {
    return card_value_is_day(f) ? _("a day: 2026-11-01, with a time or without, or +30d from today; China time")
                                : _(f->help);
}

void card_draw_help(const struct card_form *form, struct area area) {
    const struct card_line *line = &form->lines[form->focus];
    const char *fixed = card_form_fixed(form, form->focus);
    enum term_role role = line->level == LINT_ERROR ? ROLE_BAD : ROLE_WARN;
    AUTO_BUF struct buf text = {0};

    draw_rule(area, card_label(line->field));
    area.row++;
    area.rows--;
    if (line->cause[0] == '\0') {
        ui_paragraph(area, ROLE_DIM, fixed ? _(fixed) : help_of(line->field));
        return;
    }
    buf_printf(&text, "%s %s: %s", line->level == LINT_ERROR ? "!" : "?", line->cause,
               line->cure[0] != '\0' ? line->cure : help_of(line->field));
    ui_paragraph(area, role, buf_str(&text));
}

/* --- one line as large as the window --- */

enum { ROWS_MOST = 4096 };

/* Where the rows of a text begin: at a line's end of its own, or where the columns are full. */
struct wrapped {
    size_t begin[ROWS_MOST + 1];
    int count;
};

static void wrap(const char *text, int columns, struct wrapped *w) {
    size_t len = strlen(text), end = strlen(CARD_LINE_END);

    w->count = 0;
    for (size_t at = 0; w->count < ROWS_MOST;) {
        size_t line = 0, fits = text_fit(text + at, columns);
        const char *own = strstr(text + at, CARD_LINE_END);

        w->begin[w->count++] = at;
        line = own != NULL && (size_t)(own - text) - at <= fits ? (size_t)(own - text) - at + end : fits;
        if (line == 0 || at + line > len || (at + line == len && own == NULL))
            break;
        at += line;
    }
    w->begin[w->count] = len;
}

static int row_of(const struct wrapped *w, size_t caret) {
    int row = 0;

    while (row + 1 < w->count && w->begin[row + 1] <= caret)
        row++;
    return row;
}

static int width_between(const char *text, size_t from, size_t to) {
    AUTO_BUF struct buf part = {0};

    safe_text(&part, text + from, to - from);
    return text_width(buf_str(&part));
}

void card_draw_large(const struct card_form *form, struct area area, int *top) {
    static struct wrapped w;
    const struct edit *edit = &form->lines[form->focus].edit;
    const char *text = edit_text(edit);
    int at;

    wrap(text, area.columns - 1, &w);
    at = row_of(&w, edit->caret);
    if (*top > at)
        *top = at;
    if (*top <= at - area.rows)
        *top = at - area.rows + 1;
    for (int i = 0; i < area.rows; i++)
        ui_ground(area.row + i, area.column, area.columns, ROLE_FIELD);
    for (int i = *top; i < w.count && i - *top < area.rows; i++) {
        AUTO_BUF struct buf row = {0};

        buf_add(&row, text + w.begin[i], w.begin[i + 1] - w.begin[i]);
        ui_slice(area.row + i - *top, area.column, area.columns, ROLE_FIELD, buf_str(&row), 0);
    }
    term_cursor(area.row + at - *top, area.column + width_between(text, w.begin[at], edit->caret));
}

/* To the same column of another row. */
static void move_rows(struct edit *edit, int by, int columns) {
    static struct wrapped w;
    const char *text = edit_text(edit);
    int at, to, column;
    size_t last;

    wrap(text, columns - 1, &w);
    at = row_of(&w, edit->caret);
    to = at + by < 0 ? 0 : at + by >= w.count ? w.count - 1 : at + by;
    column = width_between(text, w.begin[at], edit->caret);
    last = w.begin[to + 1];
    if (to + 1 < w.count) { /* before the last character: behind it is the next row */
        last--;
        while (last > w.begin[to] && ((unsigned char)text[last] & 0xC0) == 0x80)
            last--;
    }
    edit->caret = w.begin[to] + text_fit(text + w.begin[to], column);
    if (edit->caret > last)
        edit->caret = last;
}

/* What is pasted keeps its lines here. */
static void paste(struct edit *edit, const char *text) {
    uint32_t point;

    for (size_t at = 0, n, len = strlen(text); at < len && (n = utf8_next(text + at, len - at, &point)) > 0; at += n)
        edit_key(edit, point == '\n' ? CARD_LINE_END_POINT : point);
}

bool card_large_key(struct edit *edit, uint32_t key, int columns) {
    switch (key) {
    case TERM_UP:
    case TERM_DOWN:
        move_rows(edit, key == TERM_UP ? -1 : 1, columns);
        return true;
    case TERM_PAGE_UP:
    case TERM_PAGE_DOWN:
        move_rows(edit, key == TERM_PAGE_UP ? -10 : 10, columns);
        return true;
    case TERM_ENTER:
        return edit_key(edit, CARD_LINE_END_POINT);
    case TERM_PASTE:
        paste(edit, term_pasted());
        return true;
    default:
        return edit_key(edit, key);
    }
}
