#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "lang.h"

static const struct screen *const list[] = {&screen_pools, &screen_jobs};

const struct screen *const *screen_list(size_t *count) {
    *count = ARRAY_LEN(list);
    return list;
}

const struct screen *screen_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        if (strcmp(list[i]->name, name) == 0)
            return list[i];
    return NULL;
}

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

void view_fit(struct view *view, int count, int page) {
    view->page = page > 0 ? page : 1;
    if (view->top > count - view->page)
        view->top = count - view->page;
    if (view->top < 0)
        view->top = 0;
}

void draw_rule(struct area area, const char *title) {
    ui_ground(area.row, area.column, area.columns, ROLE_DIM);
    for (int i = 0; i < area.columns; i++)
        ui_text(area.row, area.column + i, 1, ROLE_DIM, term_ascii() ? "-" : "─");
    ui_format(area.row, area.column + 2, area.columns - 2, ROLE_ACCENT, " %s ", title);
}
