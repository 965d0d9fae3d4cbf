#include "chart.h"

enum { GUTTER = 7, EIGHTHS = 8 };

int chart_columns(struct area area) {
    int columns = area.columns - GUTTER;

    return columns < 0 ? 0 : columns > CHART_MOST ? CHART_MOST : columns;
}

/* Something is never drawn as nothing. */
static int height_of(const struct chart *chart, int column, int rows) {
    double share = chart->top > 0 ? chart->value[column] / chart->top : 0;
    int height = (int)((share > 1 ? 1 : share) * rows * EIGHTHS);

    return height == 0 && share > 0 ? 1 : height;
}

static void draw_column(struct area area, const struct chart *chart, int column) {
    enum term_role role = column >= chart->over_from ? ROLE_DIM : ROLE_ACCENT;
    int height = height_of(chart, column, area.rows);

    for (int i = 0; i < area.rows && height > i * EIGHTHS; i++) {
        int part = height - i * EIGHTHS;

        ui_text(area.row + area.rows - 1 - i, area.column + column, 1, role,
                ui_level(part > EIGHTHS ? EIGHTHS : part));
    }
}

static void draw_end(struct area area, int column) {
    for (int i = 0; i < area.rows; i++)
        ui_text(area.row + i, area.column + column, 1, ROLE_WARN, term_ascii() ? "|" : "│");
}

static void draw_figures(struct area area, const struct chart *chart) {
    char figure[UI_FIGURE];

    ui_right(area.row, area.column - GUTTER, GUTTER - 1, ROLE_DIM, ui_number(figure, (int64_t)chart->top));
    ui_right(area.row + area.rows - 1, area.column - GUTTER, GUTTER - 1, ROLE_DIM, "0");
    ui_text(area.row + area.rows, area.column, area.columns, ROLE_DIM, chart->from);
    ui_right(area.row + area.rows, area.column, chart->count, ROLE_DIM, chart->to);
}

void chart_draw(struct area area, const struct chart *chart) {
    struct area plot = {area.row, area.column + GUTTER, area.rows - 1, chart_columns(area)};

    if (plot.rows < 1 || plot.columns < 1)
        return;
    for (int i = 0; i < chart->count && i < plot.columns; i++)
        draw_column(plot, chart, i);
    if (chart->over_from < chart->count)
        draw_end(plot, chart->over_from);
    draw_figures(plot, chart);
}
