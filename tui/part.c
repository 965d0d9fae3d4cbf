/* Lists, records and logs, drawn from their tables of fields. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "lang.h"
#include "screens.h"
#include "text.h"

enum { BESIDE_FROM = 110, FIELDS_MOST = UI_COLUMNS - 1, RECORD_LABEL = 16, MARK = 0 };

/* --- words and their colours --- */

/* clang-format off */
static const struct word_look {
    const char *word;
    enum term_role role;
} word_looks[] = {
    {"approved", ROLE_OK},    {"done", ROLE_OK},        {"added", ROLE_OK},      {"ok", ROLE_OK},         {"admitted", ROLE_OK},
    {"ready", ROLE_OK},       {"active", ROLE_OK},      {"running", ROLE_ACCENT},{"sending", ROLE_ACCENT},{"reviewing", ROLE_WARN},
    {"submitted", ROLE_WARN}, {"unknown", ROLE_WARN},   {"low", ROLE_WARN},      {"waiting", ROLE_WARN},  {"warn", ROLE_WARN},
    {"suspect", ROLE_WARN},   {"half-open", ROLE_WARN}, {"failed", ROLE_BAD},    {"rejected", ROLE_BAD},  {"void", ROLE_BAD},
    {"empty", ROLE_BAD},      {"open", ROLE_BAD},       {"sold out", ROLE_BAD},  {"error", ROLE_BAD},     {"fail", ROLE_BAD},
    {"expired", ROLE_BAD},    {"cancelled", ROLE_DIM},  {"paused", ROLE_DIM},    {"deleted", ROLE_DIM},   {"draft", ROLE_DIM},
    {"consumed", ROLE_DIM},   {"ended", ROLE_DIM},      {"listed", ROLE_OK},     {"alive", ROLE_OK},      {"refused", ROLE_BAD},
    {"failing", ROLE_BAD},    {"over", ROLE_BAD},       {"revoked", ROLE_BAD},   {"no secret", ROLE_WARN},{"no tokens", ROLE_WARN},
    {"confirm", ROLE_WARN},   {"never", ROLE_WARN},     {"disabled", ROLE_DIM},  {"pool open", ROLE_OK},
};
/* clang-format on */

enum term_role word_role(const char *word) {
    for (size_t i = 0; i < ARRAY_LEN(word_looks); i++)
        if (strcmp(word_looks[i].word, word) == 0)
            return word_looks[i].role;
    return ROLE_NORMAL;
}

/* --- values --- */

/* "2026-11-25 22:16:44+00": without the year and the zone, which is the session's. */
static void write_time(const char *value, char *out, size_t size) {
    snprintf(out, size, "%.14s", strlen(value) > 5 ? value + 5 : value);
}

/* "oAx1..k9": enough to tell two apart, too little to name somebody. */
static void write_masked(const char *value, char *out, size_t size) {
    const char *tail = value + strlen(value);

    for (int i = 0; i < 2 && tail > value; i++)
        do
            tail--;
        while (tail > value && ((unsigned char)*tail & 0xC0) == 0x80);
    if (text_width(value) < 8)
        snprintf(out, size, "%.*s**", (int)text_fit(value, 2), value);
    else
        snprintf(out, size, "%.*s..%s", (int)text_fit(value, 4), value, tail);
}

const char *field_text(const struct field *field, const struct db_rows *rows, int row, char *out, size_t size) {
    const char *value = db_text(rows, row, field->name);
    char figure[UI_FIGURE];

    if (value[0] == '\0')
        return text_copy(out, size, ""), out;
    switch (field->show) {
    case SHOW_NUMBER:
        text_copy(out, size, ui_number(figure, (int64_t)strtod(value, NULL)));
        break;
    case SHOW_SPAN:
        text_copy(out, size, ui_span(figure, strtod(value, NULL)));
        break;
    case SHOW_TIME:
        write_time(value, out, size);
        break;
    case SHOW_WORD:
        text_copy(out, size, lang_word(field->words, value));
        break;
    case SHOW_YES:
        text_copy(out, size, strcmp(value, "t") == 0 ? _("yes") : "");
        break;
    case SHOW_MASKED:
        write_masked(value, out, size);
        break;
    default:
        text_copy(out, size, value);
    }
    return out;
}

/* A word may mean another thing among others: an open pool is well, an open breaker is not. */
static enum term_role role_of_word(const char *words, const char *value) {
    char among[128];
    enum term_role role;

    snprintf(among, sizeof(among), "%s %s", words, value);
    role = word_role(among);
    return role == ROLE_NORMAL ? word_role(value) : role;
}

static enum term_role role_of(const struct field *field, const char *value) {
    if (field->show == SHOW_WORD)
        return role_of_word(field->words, value);
    return field->show == SHOW_TIME ? ROLE_DIM : ROLE_NORMAL;
}

/* --- lists --- */

static void draw_cell(const struct view *view, const struct ui_table *t, int line, int column, int row) {
    const struct part *part = &view->screen->parts[0];
    const struct field *field = &part->fields[column];
    const struct db_rows *rows = &view->panes[0].rows;
    char text[512];

    field_text(field, rows, row, text, sizeof(text));
    if (field->show == SHOW_CODE)
        ui_middle(t->area.row + 1 + line, t->left[column + 1], t->width[column + 1], ROLE_NORMAL, text);
    else if (field->show == SHOW_SPARK)
        ui_spark(t->area.row + 1 + line, t->left[column + 1], t->width[column + 1], text);
    else
        ui_cell(t, line, (size_t)column + 1, role_of(field, db_text(rows, row, field->name)), text);
}

static void draw_list_row(const struct view *view, const struct part *part, const struct ui_table *t, int line,
                          int row, bool here, bool marked) {
    ui_selected(here);
    ui_ground(t->area.row + 1 + line, t->area.column, t->area.columns, marked ? ROLE_MARKED : ROLE_NORMAL);
    ui_cell(t, line, MARK, marked ? ROLE_MARKED : ROLE_NORMAL, marked ? "*" : here ? ">" : "");
    for (int i = 0; i < part->field_count; i++)
        if (t->width[i + 1] > 0 &&
            !(part->cell && part->cell(t, line, i + 1, &view->panes[part - view->screen->parts].rows, row)))
            draw_cell(view, t, line, i, row);
    ui_selected(false);
}

/* The columns of a part, behind one for the cursor and marks; a bit of `hidden` for each that is not shown. */
static int columns_of(const struct part *part, unsigned hidden, struct ui_column out[UI_COLUMNS]) {
    int count = 1;

    out[MARK] = (struct ui_column){"", 1, 1, 0, false};
    for (int i = 0; i < part->field_count && i < FIELDS_MOST; i++) {
        const struct field *f = &part->fields[i];

        out[count++] = (struct ui_column){f->head, (hidden >> i & 1) != 0 ? -1 : f->least, f->most, f->weight,
                                          f->show == SHOW_NUMBER || f->show == SHOW_SPAN};
    }
    return count;
}

static void draw_main_list(struct view *view, const struct part *part, struct area area) {
    struct ui_column columns[UI_COLUMNS];
    struct ui_table t;

    ui_table(&t, columns, (size_t)columns_of(part, view->hidden, columns), area);
    view_fit(view, area.rows - 1);
    for (int i = view->top; i < view->shown && i - view->top < view->page; i++) {
        const char *id = view_id(view, view->order[i]);

        draw_list_row(view, part, &t, i - view->top, view->order[i], i == view->at && view->screen->id,
                      view_is_marked(view, id));
    }
}

/* A list below or beside has no cursor: it shows its first rows. */
static void draw_list(const struct view *view, const struct part *part, struct area area) {
    const struct db_rows *rows = &view->panes[part - view->screen->parts].rows;
    struct ui_column columns[UI_COLUMNS];
    struct ui_table t;
    char text[512];

    ui_table(&t, columns, (size_t)columns_of(part, 0, columns), area);
    for (int row = 0; row < rows->count && row < area.rows - 1; row++)
        for (int i = 0; i < part->field_count; i++) {
            const struct field *field = &part->fields[i];

            if (t.width[i + 1] == 0 || (part->cell && part->cell(&t, row, i + 1, rows, row)))
                continue;
            field_text(field, rows, row, text, sizeof(text));
            if (field->show == SHOW_SPARK)
                ui_spark(t.area.row + 1 + row, t.left[i + 1], t.width[i + 1], text);
            else
                ui_cell(&t, row, (size_t)i + 1, role_of(field, db_text(rows, row, field->name)), text);
        }
}

/* --- records and logs --- */

/* Two columns of lines where there is room; what has no value is left out. */
static void draw_record(const struct view *view, const struct part *part, struct area area) {
    const struct db_rows *rows = &view->panes[part - view->screen->parts].rows;
    struct area left = area;
    char text[2048];

    for (int i = 0; i < part->field_count && left.rows > 0; i++) {
        const struct field *field = &part->fields[i];
        struct area value;
        int used;

        if (field_text(field, rows, 0, text, sizeof(text))[0] == '\0')
            continue;
        ui_text(left.row, left.column, RECORD_LABEL - 1, ROLE_DIM, lang_word("column", field->head));
        value = (struct area){left.row, left.column + RECORD_LABEL, left.rows, left.columns - RECORD_LABEL};
        used = ui_paragraph(value, role_of(field, db_text(rows, 0, field->name)), text);
        used = used > 0 ? used : 1;
        left.row += used;
        left.rows -= used;
    }
}

/* The end of it; the cursor's place is how far one has scrolled back. */
static void draw_log(struct view *view, const struct part *part, struct area area) {
    const struct db_rows *rows = &view->panes[part - view->screen->parts].rows;
    int first = rows->count > area.rows ? rows->count - area.rows : 0;
    char text[2048];

    for (int row = first; row < rows->count; row++) {
        int column = area.column;

        for (int i = 0; i < part->field_count; i++) {
            const struct field *field = &part->fields[i];

            field_text(field, rows, row, text, sizeof(text));
            ui_text(area.row + row - first, column, area.columns - (column - area.column),
                    role_of(field, db_text(rows, row, field->name)), text);
            column += field->least + 1;
        }
    }
}

/* --- parts of a screen --- */

void part_draw(struct view *view, int number, struct area area) {
    const struct part *part = &view->screen->parts[number];
    const struct pane *pane = &view->panes[number];
    bool filtered = number == 0 && part->look == LOOK_LIST && view->shown == 0 && view->filter[0] != '\0' &&
                    pane->answered_at > 0 && !pane->failed;

    if (area.rows <= 0)
        return;
    if (part->title) {
        draw_rule(area, _(part->title));
        area.row++;
        area.rows--;
    }
    if (!filtered && pane_draw_state(pane, area, part->empty ? _(part->empty) : ""))
        return;
    if (filtered)
        ui_format(area.row, area.column, area.columns, ROLE_NORMAL,
                  _("Nothing matches \"%s\": / changes the filter, Esc clears it"), view->filter);
    else if (number == 0 && part->look == LOOK_LIST)
        draw_main_list(view, part, area);
    else if (part->look == LOOK_LIST)
        draw_list(view, part, area);
    else if (part->look == LOOK_RECORD)
        draw_record(view, part, area);
    else
        draw_log(view, part, area);
}

static int rows_wanted(const struct view *view, int number) {
    const struct part *part = &view->screen->parts[number];
    int wanted = view->panes[number].rows.count + (part->look == LOOK_LIST) + (part->title != NULL);

    wanted = part->look == LOOK_RECORD ? part->field_count + (part->title != NULL) : wanted > 2 ? wanted : 2;
    return part->rows > 0 && wanted > part->rows ? part->rows : wanted;
}

/* The lower parts get what they want up to their share, the first what is left, a third at least. */
static void draw_stack(struct view *view, struct area area) {
    int heights[SCREEN_PANES] = {0}, left = area.rows;

    for (int i = 1; i < view->screen->part_count; i++)
        if (view->screen->parts[i].place == PLACE_STACK) {
            int most = left - area.rows / 3;

            heights[i] = rows_wanted(view, i) < most ? rows_wanted(view, i) : most > 0 ? most : 0;
            left -= heights[i];
        }
    heights[0] = left;
    for (int i = 0; i < view->screen->part_count; i++)
        if (view->screen->parts[i].place == PLACE_STACK) {
            part_draw(view, i, (struct area){area.row, area.column, heights[i], area.columns});
            area.row += heights[i];
        }
}

void parts_draw(struct view *view, struct area area) {
    int beside = 0, height;

    for (int i = 0; i < view->screen->part_count; i++)
        beside += view->screen->parts[i].place == PLACE_BESIDE;
    if (beside > 0 && area.columns >= BESIDE_FROM) {
        struct area right = {area.row, area.column + area.columns * 2 / 3 + 1, area.rows, area.columns / 3 - 1};

        height = area.rows / beside;
        for (int i = 0; i < view->screen->part_count; i++)
            if (view->screen->parts[i].place == PLACE_BESIDE) {
                part_draw(view, i, (struct area){right.row, right.column, height, right.columns});
                right.row += height;
            }
        area.columns = area.columns * 2 / 3;
    }
    draw_stack(view, area);
}

/* --- in place of rows --- */

static void draw_error(const struct pane *pane, struct area area) {
    int used = ui_paragraph(area, ROLE_BAD, pane->err.text);

    area.row += used;
    area.rows -= used;
    used = ui_paragraph(area, ROLE_NORMAL, _(pane->err.cure));
    area.row += used;
    area.rows -= used;
    ui_paragraph(area, ROLE_DIM, _("r asks again"));
}

static void draw_loading(struct area area, double since) {
    if (since == 0)
        ui_text(area.row, area.column, area.columns, ROLE_DIM, _("waiting for the database.."));
    else
        ui_format(area.row, area.column, area.columns, ROLE_DIM, _("loading.. %.1f s"), clock_seconds() - since);
}

bool pane_draw_state(const struct pane *pane, struct area area, const char *empty) {
    if (pane->failed)
        draw_error(pane, area);
    else if (pane->answered_at == 0)
        draw_loading(area, pane->asked_at);
    else if (pane->rows.count == 0)
        ui_paragraph(area, ROLE_NORMAL, empty);
    else
        return false;
    return true;
}

void draw_rule(struct area area, const char *title) {
    ui_ground(area.row, area.column, area.columns, ROLE_DIM);
    for (int i = 0; i < area.columns; i++)
        ui_text(area.row, area.column + i, 1, ROLE_DIM, term_ascii() ? "-" : "─");
    ui_format(area.row, area.column + 2, area.columns - 2, ROLE_ACCENT, " %s ", title);
}
