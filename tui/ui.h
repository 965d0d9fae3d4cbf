/* ui.h - how things look, drawn over term: clipped text, tables, bars, sparklines, figures. Every text goes through
 * safe_text() in here and nowhere else, so none can be forgotten. */
#ifndef KAQUAN_UI_H
#define KAQUAN_UI_H

#include "term.h"

/* A part of the screen. */
struct area {
    int row, column, rows, columns;
};

/* While faded, everything is drawn dim: what is shown is old. */
void ui_fade(bool faded);
/* While selected, everything drawn is reversed on top of its role: the row under the cursor. Its ground is to be
 * drawn first, with ui_ground(.., ROLE_SELECTED). */
void ui_selected(bool selected);

/* Draws at most `columns` columns of `text`, ".." at the end of what is cut, never half a wide character. Returns the
 * columns it took. */
int ui_text(int row, int column, int columns, enum term_role role, const char *text);
int ui_format(int row, int column, int columns, enum term_role role, const char *format, ...) PRINTF(5, 6);
/* The same, ending at the right edge of those columns. */
void ui_right(int row, int column, int columns, enum term_role role, const char *text);
/* The same as ui_text(), cut in the middle: what tells two codes or openids apart stands at both ends. */
int ui_middle(int row, int column, int columns, enum term_role role, const char *text);
/* `text` from its column `skip` on, cut without a mark: a window over a long line. */
void ui_slice(int row, int column, int columns, enum term_role role, const char *text, int skip);
/* Paints `columns` columns in a role: the ground of a header or banner. */
void ui_ground(int row, int column, int columns, enum term_role role);
/* A frame around an area, which it has cleared before. */
void ui_box(struct area area, enum term_role role);
/* Sentences over several lines, broken at blanks or between wide characters. Returns the rows it took. */
int ui_paragraph(struct area area, enum term_role role, const char *text);
/* The rows it would take. */
int ui_paragraph_rows(int columns, const char *text);

/* `share` of `columns` full, 0..1. */
void ui_fill(int row, int column, int columns, enum term_role role, double share);
/* The last values, one a column, the newest at the right; `values` is a list such as "0 7 - 12", "-" is a gap. */
void ui_spark(int row, int column, int columns, const char *values);
/* The last `columns` values of such a list in `out`, -1 for a gap; returns how many. */
int ui_values(const char *values, double *out, int columns);
/* A column filled by `level` eighths, 1..8. */
const char *ui_level(int level);

/* A column of a table: it gets `least` columns, and of what is left a share by `weight` up to `most`. One
 * whose least is not above 0 is not shown. */
struct ui_column {
    const char *head; /* translated when drawn; its context is "column" */
    int least, most, weight;
    bool right;
};
enum { UI_COLUMNS = 16 };
struct ui_table {
    const struct ui_column *columns;
    size_t count;
    struct area area;
    int left[UI_COLUMNS];
    int width[UI_COLUMNS];
};
/* Places the columns (what has no room at the right is left out, width 0) and draws the heads in the first row. */
void ui_table(struct ui_table *table, const struct ui_column *columns, size_t count, struct area area);
/* `line` counts below the heads. */
void ui_cell(const struct ui_table *table, int line, size_t column, enum term_role role, const char *text);

/* The wall clock as it is shown. KAQUAN_NOW (Unix seconds) lets it stand still, for the pictures of tests: what was
 * measured is shown as 0 then, and nothing is asked again by itself. */
bool ui_clock_stands(void);
double ui_wall(void);
double ui_measured(double seconds);

/* Figures. Each returns `out`. */
enum { UI_FIGURE = 32 };
const char *ui_number(char out[UI_FIGURE], int64_t number);  /* "412", "20 000", "1.2M" */
const char *ui_span(char out[UI_FIGURE], double seconds);    /* "48s", "12m30s", "1h48m", "3d02h" */
const char *ui_rate(char out[UI_FIGURE], double per_second); /* "1 250/s" */

#endif
