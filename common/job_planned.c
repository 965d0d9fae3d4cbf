#include "job_planned.h"

#include <string.h>

#include "lang.h"

/* clang-format off */
static const struct job_planned planned[] = {
    {"credential_refresh", N_("tokens end within two hours, then nothing reaches WeChat; no card is signed for a new epoch"), true},
    {"pool_fill",          N_("pools are not filled: once one is empty, nobody gets a card of it"), true},
    {"ticket_renew",       N_("cards whose epoch ended before they were added are not signed again: their visitors cannot add them"), true},
    {"event_apply",        N_("pushes are kept but not read: tickets stay as they were"), true},
    {"event_decrypt",      N_("codes that pushes carry encrypted stay unknown"), false},
    {"ticket_bulk",        N_("acts on tickets wait"), false},
    {"template_review",    N_("nobody asks WeChat whether a template was approved: its sale begins late"), false},
    {"template_follow",    N_("changes of templates at WeChat go unnoticed"), false},
    {"ticket_expire",      N_("tickets whose validity ended stay as they were"), false},
    {"ticket_person",      N_("the search by person does not find new tickets"), false},
    {"whitelist_check",    N_("nobody notices when WeChat refuses the worker's address"), false},
    {"quota_learn",        N_("daily limits that WeChat changes stay unknown"), false},
    {"stat_minute",        N_("figures stand still, and what is left of a stock is counted too high"), false},
    {"stat_late",          N_("figures lack what comes late"), false},
    {"stat_wechat",        N_("WeChat's own figures are not asked for"), false},
    {"prune",              N_("what the site keeps no longer stays, and tables grow"), false},
};
/* clang-format on */

const struct job_planned *job_planned(size_t *count) {
    *count = ARRAY_LEN(planned);
    return planned;
}

const struct job_planned *job_planned_find(const char *kind) {
    for (size_t i = 0; i < ARRAY_LEN(planned); i++)
        if (strcmp(planned[i].kind, kind) == 0)
            return &planned[i];
    return NULL;
}
