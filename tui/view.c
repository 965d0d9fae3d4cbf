#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "screens.h"

/* "columns.jobs = attempts,age_s" names the fields that were hidden. */
static void recall(struct view *view) {
    char name[KEEP_NAME];
    AUTO_BUF struct buf hidden = {0};

    snprintf(name, sizeof(name), "columns.%s", view->screen->name);
    buf_printf(&hidden, ",%s,", keep_get(name));
    for (int i = 0; view->screen->part_count > 0 && i < view->screen->parts[0].field_count; i++) {
        AUTO_BUF struct buf field = {0};

        buf_printf(&field, ",%s,", view->screen->parts[0].fields[i].name);
        if (strstr(buf_str(&hidden), buf_str(&field)))
            view->hidden |= 1U << i;
    }
}

struct view *view_new(const struct screen *screen, const char *subject) {
    struct view *view = mem_new(sizeof(*view));

    view->screen = screen;
    view->sort = -1;
    text_copy(view->subject, sizeof(view->subject), subject);
    recall(view);
    return view;
}

void view_free(struct view *view) {
    if (!view)
        return;
    if (view->screen->leave)
        view->screen->leave(view);
    for (int i = 0; i < SCREEN_PANES; i++)
        db_rows_clear(&view->panes[i].rows);
    db_rows_clear(&view->without.rows);
    buf_wipe(&view->marks);
    free(view->order);
    free(view);
}

void view_refresh(struct view *view) {
    for (int i = 0; i < view->screen->part_count; i++)
        view->panes[i].asked_at = 0;
    view->without_of[0] = '\0';
}

/* --- rows --- */

const char *view_id(const struct view *view, int row) {
    const struct db_rows *rows = &view->panes[0].rows;

    return row < 0 || row >= rows->count || !view->screen->id ? "" : db_text(rows, row, view->screen->id);
}

int view_row(const struct view *view) {
    return view->at >= 0 && view->at < view->shown ? view->order[view->at] : -1;
}

static bool passes(const struct view *view, int row) {
    const struct part *part = &view->screen->parts[0];

    if (view->filter[0] == '\0' || view->screen->ask) /* there the database has filtered */
        return true;
    for (int i = 0; i < part->field_count; i++)
        if (strcasestr(db_text(&view->panes[0].rows, row, part->fields[i].name), view->filter))
            return true;
    return false;
}

/* Numbers by value, everything else by its bytes. */
static int compare(const struct view *view, int a, int b) {
    const struct field *field = &view->screen->parts[0].fields[view->sort];
    const struct db_rows *rows = &view->panes[0].rows;
    double x, y;

    if (field->show != SHOW_NUMBER && field->show != SHOW_SPAN)
        return strcmp(db_text(rows, a, field->name), db_text(rows, b, field->name));
    x = db_number(rows, a, field->name);
    y = db_number(rows, b, field->name);
    return (x > y) - (x < y);
}

/* Insertion: the database gives hundreds, mostly in order; equal rows keep theirs. */
static void sort_rows(struct view *view) {
    for (int i = 1; view->sort >= 0 && i < view->shown; i++) {
        int row = view->order[i], place = i;

        for (; place > 0; place--) {
            int order = compare(view, view->order[place - 1], row);

            if (view->reversed ? order >= 0 : order <= 0)
                break;
            view->order[place] = view->order[place - 1];
        }
        view->order[place] = row;
    }
}

void view_arrange(struct view *view) {
    const struct db_rows *rows = &view->panes[0].rows;
    int above = view->at - view->top;

    view->order = mem_resize(view->order, (size_t)(rows->count + 1) * sizeof(*view->order));
    view->shown = 0;
    for (int i = 0; i < rows->count; i++)
        if (passes(view, i))
            view->order[view->shown++] = i;
    sort_rows(view);
    for (int i = 0; view->cursor[0] != '\0' && i < view->shown; i++)
        if (strcmp(view_id(view, view->order[i]), view->cursor) == 0) {
            view->at = i;
            if (view->top > 0) /* its line stays, too; at the top of a list one sees what comes */
                view->top = i - above;
            break;
        }
    view_move(view, 0);
}

void view_move(struct view *view, int by) {
    int at = view->at + by;

    if (at >= view->shown)
        at = view->shown - 1;
    view->at = at < 0 ? 0 : at;
    text_copy(view->cursor, sizeof(view->cursor), view_id(view, view_row(view)));
}

void view_fit(struct view *view, int page) {
    view->page = page > 0 ? page : 1;
    if (view->top > view->at)
        view->top = view->at;
    if (view->top <= view->at - view->page)
        view->top = view->at - view->page + 1;
    if (view->top > view->shown - view->page)
        view->top = view->shown - view->page;
    if (view->top < 0)
        view->top = 0;
}

/* --- marks --- */

/* Where the line of `id` begins, or NULL. */
static char *line_of(const struct view *view, const char *id) {
    size_t len = strlen(id);
    char *at = view->marks.data;

    while (at && *at) {
        size_t line = strcspn(at, "\n");

        if (line == len && memcmp(at, id, len) == 0)
            return at;
        at += line + (at[line] == '\n');
    }
    return NULL;
}

bool view_is_marked(const struct view *view, const char *id) {
    return id[0] != '\0' && line_of(view, id) != NULL;
}

void view_mark(struct view *view, const char *id, bool on) {
    char *at = line_of(view, id);

    if (id[0] == '\0' || (at != NULL) == on)
        return;
    if (on) {
        buf_printf(&view->marks, "%s\n", id);
    } else {
        size_t len = strlen(id) + 1;

        memmove(at, at + len, strlen(at + len) + 1);
        view->marks.len -= len;
    }
    view->marked += on ? 1 : -1;
}

void view_unmark_all(struct view *view) {
    buf_reset(&view->marks);
    view->marked = 0;
}
