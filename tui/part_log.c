#include <string.h>

#include "panes.h"
#include "part_looks.h"

enum { TEXT = 2048 };

/* Columns of the fields before the last one, which may take several rows. */
static int last_column(const struct part *part) {
    int column = 0;

    for (int i = 0; i < part->field_count - 1; i++)
        column += part->fields[i].least + 1;
    return column;
}

static int height(const struct view *view, const struct part *part, const struct db_rows *rows, int row,
                  int columns) {
    const struct field *last = &part->fields[part->field_count - 1];
    char text[TEXT];
    int used;

    if (view->rows != ROWS_WHOLE)
        return 1;
    field_text(last, rows, row, text, sizeof(text));
    used = ui_paragraph_rows(columns - last_column(part), text);
    return used > 0 ? used : 1;
}

/* The first row with which the end is on the screen. */
static int first_at_end(const struct view *view, const struct part *part, const struct db_rows *rows,
                        struct area area) {
    int first = rows->count, left = area.rows;

    while (first > 0) {
        left -= height(view, part, rows, first - 1, area.columns);
        if (left < 0)
            break;
        first--;
    }
    return first < rows->count ? first : rows->count - 1;
}

static void draw_row(const struct part *part, const struct db_rows *rows, int row, struct area area) {
    char text[TEXT];

    for (int i = 0; i < part->field_count; i++) {
        const struct field *field = &part->fields[i];
        enum term_role role;

        field_text(field, rows, row, text, sizeof(text));
        role = field_role(field, db_text(rows, row, field->name));
        if (area.rows > 1 && i == part->field_count - 1)
            ui_paragraph(area, role, text);
        else
            ui_text(area.row, area.column, area.columns, role, text);
        area.column += field->least + 1;
        area.columns -= field->least + 1;
    }
}

void log_draw(struct view *view, int number, struct area area) {
    const struct part *part = &view->screen->parts[number];
    struct pane *pane = &view->panes[number];
    int first = first_at_end(view, part, &pane->rows, area);

    pane->held = pane->held && pane->top < first;
    pane->top = pane->held ? pane->top : first;
    for (int row = pane->top; row < pane->rows.count && area.rows > 0; row++) {
        int used = height(view, part, &pane->rows, row, area.columns);

        ui_selected(row == pane->at && pane_matches(view, number, row));
        draw_row(part, &pane->rows, row,
                 (struct area){area.row, area.column, used < area.rows ? used : area.rows, area.columns});
        ui_selected(false);
        area.row += used;
        area.rows -= used;
    }
}
