#include "jobs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct job_kind kinds[] = {
    {"credential_refresh", "refresh an account's access_token and api_ticket when they near their end", true,  0, 15, job_credential_refresh},
    {"whitelist_check",    "ask whether WeChat accepts this host's address for each account",           true,  3, 60, job_whitelist_check},
    {"template_submit",    "create a template at WeChat; it then waits for review",                      true,  5, 15, job_template_submit},
    {"template_review",    "ask WeChat what became of a waiting template",                               true,  0, 30, job_template_review},
    {"template_update",    "send what was changed of a template to WeChat",                              true,  5, 15, job_template_update},
    {"template_stock",     "raise or lower the stock of a template, once",                               true,  5, 15, job_template_stock},
    {"template_delete",    "end a template at WeChat for ever",                                          true,  5, 15, job_template_delete},
    {"template_follow",    "look what WeChat has of each template",                                      true,  3, 60, job_template_follow},
    {"pool_fill",          "sign cards until a template's pool is full, or anew for the next epoch",     false, 0,  2, job_pool_fill},
    {"ticket_renew",       "sign cards again for tickets that asked for it",                             false, 0,  5, job_ticket_renew},
    {"event_apply",        "apply WeChat's pushes to tickets and templates",                             false, 0,  2, job_event_apply},
    {"event_decrypt",      "ask WeChat for the codes that pushes carry encrypted",                      true,  0, 15, job_event_decrypt},
    {"ticket_bulk",        "consume, void or change tickets at WeChat, each with a result",              true,  0, 15, job_ticket_bulk},
    {"ticket_person",      "note whose the new tickets are, for the search by openid",                  false, 0, 15, job_ticket_person},
    {"ticket_expire",      "let tickets expire whose validity at WeChat ended, or has been prolonged",   false, 0, 15, job_ticket_expire},
    {"stat_minute",        "sum up claims, adds and entries",                                            false, 0, 15, job_stat_minute},
    {"prune",              "forget what the site keeps no longer, and dead workers",                      false, 0, 60, job_prune},
    {"quota_learn",        "ask WeChat for the daily limits of the interfaces in use",                  true,  3, 60, job_quota_learn},
    {"code_deposit",       "give WeChat a template's codes, see that it has them, then raise the stock", true,  0, 15, job_code_deposit},
    {"stat_late",          "sum up again what came late: pushes, and scans of gates that were cut off",  false, 0, 60, job_stat_late},
    {"stat_wechat",        "ask WeChat for its own figures of the last week",                            true,  3, 60, job_stat_wechat},
    {"ticket_reconcile",   "compare tickets with what WeChat says of their codes and holders",           true,  0, 60, job_ticket_reconcile},
    {"ticket_repair",      "let tickets take the steps that repair where they differ from WeChat",       false, 0, 15, job_ticket_repair},
    {"quota_reset",        "let WeChat count an account's calls of the day from 0 again, once",          true,  5, 15, job_quota_reset},
    {"wechat_ask",         "ask WeChat what people want to know or do at once, and tell them",           true,  0,  1, job_wechat_ask},
};
/* clang-format on */

const struct job_kind *job_kinds(size_t *count) {
    *count = ARRAY_LEN(kinds);
    return kinds;
}

const struct job_kind *job_kind_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

void run_result(struct run *run, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->result, sizeof(run->result), format, arguments);
    va_end(arguments);
}
