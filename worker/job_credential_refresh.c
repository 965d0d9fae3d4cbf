/* Keeps both credentials of an account fresh. The lease in the credential's row decides who does it; a host that
 * WeChat's whitelist refuses gives the job back at once, for another host. */
#include "jobs.h"

#include "log.h"
#include "wechat.h"

static const char *const outcomes[] = {
    [CREDENTIAL_NOTHING] = "not due", [CREDENTIAL_CONFIRMED] = "the same again", [CREDENTIAL_RENEWED] = "renewed"};

bool job_credential_refresh(struct run *run, struct err *err) {
    struct work *work = run->work;
    struct wx_tools tools;
    if (!work_tools(work, &tools, err))
        return false;
    enum credential_outcome token, ticket;
    if (!credential_refresh(&tools, run->job.account_id, CREDENTIAL_TOKEN, false, &token, err) ||
        !credential_refresh(&tools, run->job.account_id, CREDENTIAL_TICKET, false, &ticket, err))
        return false;
    run_result(run, "access_token %s, api_ticket %s", outcomes[token], outcomes[ticket]);
    return true;
}
