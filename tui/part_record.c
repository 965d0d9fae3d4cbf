#include "part_looks.h"

#include "lang.h"

enum { LABEL = 16 };

/* Returns the rows it took. */
static int draw_value(const struct field *field, const char *value, const char *text, struct area area) {
    struct area place = {area.row, area.column + LABEL, area.rows, area.columns - LABEL};
    int used;

    ui_text(area.row, area.column, LABEL - 1, ROLE_DIM, lang_word("column", field->head));
    used = ui_paragraph(place, field_role(field, value), text);
    return used > 0 ? used : 1;
}

bool record_draw(const struct part *part, const struct db_rows *rows, int row, int skip, struct area area) {
    char text[2048];
    int used;

    for (int i = 0; i < part->field_count; i++) {
        const struct field *field = &part->fields[i];

        if (field->head[0] == '\0' || field_text(field, rows, row, text, sizeof(text))[0] == '\0' || skip-- > 0)
            continue;
        if (area.rows <= 0)
            return true;
        used = draw_value(field, db_text(rows, row, field->name), text, area);
        area.row += used;
        area.rows -= used;
    }
    return false;
}
