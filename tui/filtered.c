#include "filtered.h"

#include <stdio.h>
#include <string.h>

#include "lang.h"

bool filtered_ask(struct view *view, struct query *query, const struct sql *select, const struct filter_table *fields,
                  const char *order, struct err *err) {
    buf_text(&query->text, select->text);
    if (!filter_read(fields, view->filter, &query->filter, err) ||
        !filter_write(&query->filter, &query->text, &query->parameters, err))
        return false;
    buf_text(&query->text, order);
    query->statement = (struct sql){select->name, buf_str(&query->text)};
    return true;
}

/* --- when nothing matches --- */

bool filtered_is_empty(const struct view *view) {
    const struct pane *pane = &view->panes[0];

    return view->screen->part_count > 0 && view->screen->parts[0].look == LOOK_LIST && view->shown == 0 &&
           view->filter[0] != '\0' && pane->answered_at > 0 && pane->asked_at > 0 && !pane->failed;
}

bool filtered_wants_count(const struct view *view) {
    return view->screen->filter && filtered_is_empty(view) &&
           (view->without.asked_at == 0 || strcmp(view->without_of, view->filter) != 0);
}

bool filtered_read_without(struct view *view, struct query *query, const struct filter_table *fields,
                           struct err *err) {
    if (!filter_read(fields, view->filter, &query->filter, err))
        return false;
    if (query->filter.terms < 2)
        return fail(err, ERR_USAGE, "there is no other term");
    view->without_at = query->filter.term[--query->filter.terms].at;
    return true;
}

bool filtered_count(struct query *query, const struct sql *select, struct err *err) {
    buf_printf(&query->text, "select count(*) as matches from (%s", select->text);
    if (!filter_write(&query->filter, &query->text, &query->parameters, err))
        return false;
    buf_printf(&query->text, " limit %d) m", FILTERED_COUNT_MOST + 1);
    query->statement = (struct sql){"tui_count_without", buf_str(&query->text)};
    return true;
}

void filtered_write_count(int64_t matches, char *out, size_t size) {
    char figure[UI_FIGURE];

    if (matches > FILTERED_COUNT_MOST)
        snprintf(out, size, "%s+", ui_number(figure, FILTERED_COUNT_MOST));
    else
        snprintf(out, size, "%s", ui_number(figure, matches));
}

void filtered_draw(const struct view *view, struct area area) {
    const struct pane *without = &view->without;
    char count[UI_FIGURE + 2];

    ui_format(area.row, area.column, area.columns, ROLE_NORMAL,
              _("Nothing matches \"%s\": / changes the filter, Esc clears it"), view->filter);
    if (area.rows < 2 || without->answered_at == 0 || without->failed || strcmp(view->without_of, view->filter) != 0)
        return;
    filtered_write_count(db_int(&without->rows, 0, "matches"), count, sizeof(count));
    ui_format(area.row + 1, area.column, area.columns, ROLE_DIM, _("without %s: %s match"),
              view->filter + view->without_at, count);
}
