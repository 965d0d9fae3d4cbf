#include "panes.h"

#include <string.h>

/* --- which one --- */

static bool is_there(const struct view *view, int part) {
    return part == 0 || view->panes[part].room > 0;
}

void panes_clear(struct view *view) {
    for (int i = 0; i < view->screen->part_count; i++)
        view->panes[i].room = 0;
}

void panes_settle(struct view *view) {
    if (!is_there(view, view->active))
        view->active = 0;
}

bool panes_are_several(const struct view *view) {
    for (int i = 1; i < view->screen->part_count; i++)
        if (is_there(view, i))
            return true;
    return false;
}

void panes_step(struct view *view, int by) {
    int count = view->screen->part_count;

    do
        view->active = (view->active + count + by) % count;
    while (!is_there(view, view->active));
}

/* --- moving --- */

static bool is_main_list(const struct view *view) {
    return view->active == 0 && view->screen->parts[0].look == LOOK_LIST;
}

static int clamp(int value, int most) {
    return value > most ? most > 0 ? most : 0 : value > 0 ? value : 0;
}

/* A cursor that stays on the screen. */
static void move_list(struct view *view, struct pane *pane, int by) {
    pane->at = clamp(pane->at + by, pane->rows.count - 1);
    if (pane->top > pane->at)
        pane->top = pane->at;
    if (pane->top <= pane->at - pane->room)
        pane->top = pane->at - pane->room + 1;
    text_copy(pane->cursor, sizeof(pane->cursor), pane_cursor(view, view->active));
}

static void move_log(struct pane *pane, int by) {
    pane->top = clamp(pane->top + by, pane->rows.count - 1);
    pane->held = true; /* unless the end is on the screen, as the next frame says */
}

static void move_record(struct pane *pane, int by) {
    if (by < 0 || pane->more)
        pane->top = clamp(pane->top + (by < pane->room ? by : pane->room), SCREEN_FIELDS);
}

void panes_move(struct view *view, int by) {
    struct pane *pane = &view->panes[view->active];
    enum part_look look = view->screen->parts[view->active].look;

    if (is_main_list(view))
        view_move(view, by);
    else if (look == LOOK_LIST)
        move_list(view, pane, by);
    else if (look == LOOK_LOG)
        move_log(pane, by);
    else
        move_record(pane, by);
}

int panes_page(const struct view *view) {
    return is_main_list(view) ? view->page : view->panes[view->active].room;
}

int panes_rows(const struct view *view) {
    return is_main_list(view) ? view->shown : view->panes[view->active].rows.count + SCREEN_FIELDS;
}

const char *pane_cursor(const struct view *view, int part) {
    const struct pane *pane = &view->panes[part];
    const char *id = view->screen->parts[part].id;

    return id && pane->at < pane->rows.count ? db_text(&pane->rows, pane->at, id) : "";
}

void pane_arrange(struct view *view, int part) {
    struct pane *pane = &view->panes[part];
    const char *id = view->screen->parts[part].id;

    for (int row = 0; id && pane->cursor[0] != '\0' && row < pane->rows.count; row++)
        if (strcmp(db_text(&pane->rows, row, id), pane->cursor) == 0)
            pane->at = row;
    pane->at = clamp(pane->at, pane->rows.count - 1);
    if (view->screen->parts[part].look == LOOK_LIST)
        pane->top = clamp(pane->top, pane->rows.count - pane->room);
}

/* --- looking for something --- */

int panes_log(const struct view *view) {
    if (view->screen->part_count == 0)
        return -1;
    if (view->screen->parts[view->active].look == LOOK_LOG)
        return view->active;
    for (int i = 0; view->screen->parts[0].look != LOOK_LIST && i < view->screen->part_count; i++)
        if (view->screen->parts[i].look == LOOK_LOG && is_there(view, i))
            return i;
    return -1;
}

bool pane_matches(const struct view *view, int number, int row) {
    const struct part *part = &view->screen->parts[number];

    for (int i = 0; view->search[0] != '\0' && i < part->field_count; i++)
        if (strcasestr(db_text(&view->panes[number].rows, row, part->fields[i].name), view->search))
            return true;
    return false;
}

/* As far from the top as shows what stands around it. */
static void show_row(struct pane *pane, int row) {
    pane->at = row;
    if (row < pane->top || row >= pane->top + pane->room)
        move_log(pane, row - pane->room / 3 - pane->top);
}

bool pane_find(struct view *view, int part, bool back, int *which, int *count) {
    struct pane *pane = &view->panes[part];
    int rows = pane->rows.count, found = -1;

    *which = *count = 0;
    for (int step = 1; step <= rows && found < 0; step++) {
        int row = ((pane->at + (back ? -step : step)) % rows + rows) % rows;

        found = pane_matches(view, part, row) ? row : -1;
    }
    for (int row = 0; row < rows; row++) {
        *count += pane_matches(view, part, row);
        *which += row <= found && pane_matches(view, part, row);
    }
    if (found >= 0)
        show_row(pane, found);
    return found >= 0;
}
