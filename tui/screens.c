#include "screens.h"

#include <string.h>

extern const struct screen screen_dash, screen_accounts, screen_account, screen_ip;
extern const struct screen screen_templates, screen_template, screen_editor;
extern const struct screen screen_pools, screen_jobs, screen_messages, screen_queries;
extern const struct screen screen_tickets, screen_ticket, screen_history, screen_bulks, screen_bulk, screen_drifts,
    screen_qr;

/* The numbered ones in their order. */
static const struct screen *const list[] = {
    &screen_dash,
    &screen_templates,
    &screen_tickets,
    &screen_pools,
    &screen_jobs,
    &screen_accounts,
    &screen_ip,
    &screen_template,
    &screen_editor,
    &screen_account,
    &screen_messages,
    &screen_queries,
    &screen_ticket,
    &screen_history,
    &screen_bulks,
    &screen_bulk,
    &screen_drifts,
    &screen_qr,
};

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
