#include "screens.h"

#include <string.h>

extern const struct screen screen_dash, screen_accounts, screen_account, screen_ip;
extern const struct screen screen_templates, screen_template, screen_editor;
extern const struct screen screen_pools, screen_jobs, screen_messages, screen_queries;
extern const struct screen screen_tickets, screen_ticket, screen_history, screen_bulks, screen_bulk, screen_drifts,
    screen_qr;
extern const struct screen screen_pool, screen_job, screen_audit, screen_change, screen_requests, screen_settings,
    screen_gates;

/* clang-format off */
/* The numbered ones in their order. */
static const struct screen *const list[] = {
    &screen_dash,
    &screen_templates,
    &screen_tickets,
    &screen_pools,
    &screen_jobs,
    &screen_accounts,
    &screen_ip,
    &screen_audit,
    &screen_settings,
    &screen_gates,
    &screen_requests,
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
    &screen_pool,
    &screen_job,
    &screen_change,
};
/* clang-format on */
_Static_assert(ARRAY_LEN(list) <= SCREENS_MAX, "a console has room for SCREENS_MAX screens");

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
