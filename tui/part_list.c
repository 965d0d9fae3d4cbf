#include <string.h>

#include "lang.h"
#include "part_looks.h"
#include "text.h"

enum { FIELDS_MOST = UI_COLUMNS - 1, MARK = 0, WIDEST = 200 };
enum { MINUTES_COLUMNS = 11, TIME_COLUMNS = 14 }; /* "11-25 22:16", "11-25 22:16:44" */

/* --- columns --- */

static struct ui_column column_of(const struct field *f) {
    return (struct ui_column){f->head, f->least, f->most, f->weight, f->show == SHOW_NUMBER || f->show == SHOW_SPAN};
}

/* Behind one for the cursor and marks. */
static int columns_of(const struct part *part, struct ui_column out[UI_COLUMNS]) {
    int count = 1;

    out[MARK] = (struct ui_column){"", 1, 1, 0, false};
    for (int i = 0; i < part->field_count && i < FIELDS_MOST; i++)
        out[count++] = column_of(&part->fields[i]);
    return count;
}

/* Those that a person hid, and those scrolled out at the left; the first and the last always stay. */
static void leave_out(struct view *view, struct ui_column *columns, int count) {
    int seen = 0, shown = 0;

    for (int i = 1; i < count; i++)
        shown += (view->hidden >> (i - 1) & 1) == 0 && columns[i].least > 0;
    if (view->left > shown - 2)
        view->left = shown > 2 ? shown - 2 : 0;
    for (int i = 1; i < count; i++) {
        bool hidden = (view->hidden >> (i - 1) & 1) != 0;
        bool scrolled_out = !hidden && columns[i].least > 0 && seen++ > 0 && seen - 1 <= view->left;

        if (hidden || scrolled_out)
            columns[i].least = -1;
    }
}

/* As wide as what stands there, as long as there is room. */
static void widen(const struct view *view, const struct part *part, struct ui_column *columns, int count, int room) {
    const struct db_rows *rows = &view->panes[0].rows;
    char text[512];

    room -= columns[MARK].least + 1;
    for (int i = 1; i < count; i++) {
        int width = columns[i].most;

        if (columns[i].least <= 0)
            continue;
        for (int row = 0; row < rows->count && width < WIDEST; row++) {
            int wanted = text_width(field_text(&part->fields[i - 1], rows, row, text, sizeof(text)));

            width = wanted > width ? wanted : width;
        }
        columns[i].most = width;
        if (room >= columns[i].least)
            columns[i].least = width < room ? width : room;
        room -= columns[i].least + 1;
    }
}

/* Is there a column that has no room? */
static bool lacks_room(const struct ui_table *t) {
    for (size_t i = 1; i < t->count; i++)
        if (t->columns[i].least > 0 && t->width[i] == 0)
            return true;
    return false;
}

/* The heads; what lies beyond the edges is told by < and >. */
static void place_columns(struct view *view, const struct part *part, struct ui_column columns[UI_COLUMNS],
                          struct ui_table *t, struct area area) {
    int count = columns_of(part, columns);
    bool scrolls = view->rows == ROWS_WIDE || view->left > 0;

    leave_out(view, columns, count);
    area.columns -= scrolls;
    if (view->rows == ROWS_WIDE)
        widen(view, part, columns, count, area.columns);
    ui_table(t, columns, (size_t)count, area);
    view->more_right = lacks_room(t);
    if (view->left > 0)
        ui_text(area.row, area.column, 1, ROLE_ACCENT, "<");
    if (scrolls && view->more_right)
        ui_text(area.row, area.column + area.columns, 1, ROLE_ACCENT, ">");
}

/* --- rows --- */

/* Where a column has no room for the seconds of a time, it does without. */
static void fit_time(const struct field *field, char *text, int columns) {
    if (field->show == SHOW_TIME && columns < TIME_COLUMNS && strlen(text) > MINUTES_COLUMNS)
        text[MINUTES_COLUMNS] = '\0';
}

static void draw_cell(const struct part *part, const struct ui_table *t, int line, int column,
                      const struct db_rows *rows, int row) {
    const struct field *field = &part->fields[column - 1];
    int at = t->area.row + 1 + line;
    char text[512];

    if (part->cell && part->cell(t, line, column, rows, row))
        return;
    field_text(field, rows, row, text, sizeof(text));
    fit_time(field, text, t->width[column]);
    if (field->show == SHOW_CODE)
        ui_middle(at, t->left[column], t->width[column], ROLE_NORMAL, text);
    else if (field->show == SHOW_SPARK)
        ui_spark(at, t->left[column], t->width[column], text);
    else
        ui_cell(t, line, (size_t)column, field_role(field, db_text(rows, row, field->name)), text);
}

static void draw_row(const struct part *part, const struct ui_table *t, int line, const struct db_rows *rows,
                     int row) {
    for (int i = 1; i < (int)t->count; i++)
        if (t->width[i] > 0)
            draw_cell(part, t, line, i, rows, row);
}

/* The cursor is a sign and, where keys move it, reversed. */
static void draw_mark(const struct ui_table *t, int line, bool here, bool active, bool marked) {
    ui_selected(here && active);
    ui_ground(t->area.row + 1 + line, t->area.column, t->area.columns, marked ? ROLE_MARKED : ROLE_NORMAL);
    ui_cell(t, line, MARK, marked ? ROLE_MARKED : ROLE_NORMAL, marked ? "*" : here ? ">" : "");
}

static void draw_main(struct view *view, const struct part *part, struct area area) {
    struct ui_column columns[UI_COLUMNS];
    struct ui_table t;

    place_columns(view, part, columns, &t, area);
    view_fit(view, area.rows - 1);
    for (int i = view->top; i < view->shown && i - view->top < view->page; i++) {
        draw_mark(&t, i - view->top, i == view->at && view->screen->id, view->active == 0,
                  view_is_marked(view, view_id(view, view->order[i])));
        draw_row(part, &t, i - view->top, &view->panes[0].rows, view->order[i]);
        ui_selected(false);
    }
}

/* The row under the cursor with all that it has, below the list. */
static void draw_whole(struct view *view, const struct part *part, struct area area) {
    int wanted = part->field_count + 3; /* a title, and one that takes some rows */
    int rows = area.rows / 2 < wanted ? area.rows / 2 : wanted;
    struct area below = {area.row + area.rows - rows, area.column, rows, area.columns};

    area.rows -= rows;
    draw_main(view, part, area);
    draw_rule(below, _("The whole row"));
    if (view_row(view) >= 0)
        record_draw(part, &view->panes[0].rows, view_row(view), 0,
                    (struct area){below.row + 1, below.column + 2, below.rows - 1, below.columns - 2});
}

/* A list below or beside has a cursor while it is the active one. */
static void draw_other(struct view *view, int number, struct area area) {
    const struct part *part = &view->screen->parts[number];
    const struct pane *pane = &view->panes[number];
    struct ui_column columns[UI_COLUMNS];
    struct ui_table t;

    ui_table(&t, columns, (size_t)columns_of(part, columns), area);
    for (int line = 0; pane->top + line < pane->rows.count && line < area.rows - 1; line++) {
        if (view->active == number)
            draw_mark(&t, line, pane->top + line == pane->at, true, false);
        draw_row(part, &t, line, &pane->rows, pane->top + line);
        ui_selected(false);
    }
}

void list_draw(struct view *view, int number, struct area area) {
    const struct part *part = &view->screen->parts[number];

    if (number > 0)
        draw_other(view, number, area);
    else if (view->rows == ROWS_WHOLE)
        draw_whole(view, part, area);
    else
        draw_main(view, part, area);
}
