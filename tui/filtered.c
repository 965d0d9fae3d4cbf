#include "filtered.h"

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
