/* The parts of a screen: their places, and what stands in place of rows. */
#include <stdio.h>

#include "clock.h"
#include "filtered.h"
#include "lang.h"
#include "part_looks.h"
#include "screens.h"

enum { BESIDE_FROM = 110 };

/* --- parts of a screen --- */

/* That which keys move in stands in brackets, as its screen does above. */
static void draw_title(const struct view *view, int number, struct area area) {
    char title[VIEW_TEXT];

    snprintf(title, sizeof(title), view->active == number && number > 0 ? "[%s]" : "%s",
             _(view->screen->parts[number].title));
    draw_rule(area, title);
}

void part_draw(struct view *view, int number, struct area area) {
    const struct part *part = &view->screen->parts[number];
    struct pane *pane = &view->panes[number];
    bool filtered = number == 0 && filtered_is_empty(view);

    if (area.rows <= 0)
        return;
    if (part->title) {
        draw_title(view, number, area);
        area.row++;
        area.rows--;
    }
    pane->room = area.rows > 1 && part->look == LOOK_LIST ? area.rows - 1 : area.rows;
    if (!filtered && pane_draw_state(pane, area, part->empty ? _(part->empty) : ""))
        return;
    if (filtered)
        filtered_draw(view, area);
    else if (part->look == LOOK_LIST)
        list_draw(view, number, area);
    else if (part->look == LOOK_RECORD)
        pane->more = record_draw(part, &pane->rows, 0, pane->top, area);
    else
        log_draw(view, number, area);
}

static bool shows_whole_row(const struct view *view) {
    return view->rows == ROWS_WHOLE && view->screen->parts[0].look == LOOK_LIST;
}

static int rows_wanted(const struct view *view, int number) {
    const struct part *part = &view->screen->parts[number];
    int count = view->panes[number].rows.count;
    int wanted = count + (part->look == LOOK_LIST) + (part->title != NULL);

    if (part->optional && count == 0)
        return 0;
    wanted = part->look == LOOK_RECORD ? part->field_count + (part->title != NULL) : wanted > 2 ? wanted : 2;
    return part->rows > 0 && wanted > part->rows ? part->rows : wanted;
}

/* The lower parts get what they want up to their share, the first what is left, a third at least; all of it while it
 * shows a whole row. */
static void draw_stack(struct view *view, struct area area) {
    int heights[SCREEN_PANES] = {0}, left = area.rows;

    for (int i = 1; i < view->screen->part_count; i++)
        if (view->screen->parts[i].place == PLACE_STACK && !shows_whole_row(view)) {
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
    used = ui_paragraph(area, ROLE_NORMAL, pane->err.cure);
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
