#include <stdio.h>
#include <string.h>

#include "account.h"
#include "ask.h"
#include "cmd.h"
#include "follow.h"
#include "job.h"
#include "json.h"
#include "lang.h"
#include "output.h"
#include "quota.h"
#include "wechat.h"

enum { RESETS_A_MONTH = 10, INTERFACE_MAX = 128 };

static const struct output_column columns[] = {
    {"account", "ACCOUNT", OUT_TEXT},
    {"endpoint", "INTERFACE", OUT_TEXT},
    {"calls", "OUR CALLS", OUT_NUMBER},
    {"used", "USED", OUT_NUMBER},
    {"daily_limit", "LIMIT", OUT_NUMBER},
    {"source", "KNOWN BY", OUT_TEXT},
    {"left_for_jobs", "LEFT FOR JOBS", OUT_NUMBER},
    {"over_for_jobs", "OVER", OUT_NUMBER},
    {"per_hour", "PER HOUR", OUT_NUMBER},
    {"reached_at", "REACHED AT", OUT_TEXT},
    {"stopped", "STOPPED", OUT_TEXT},
    {"stopped_until", "UNTIL", OUT_TEXT},
    {"refusals", "REFUSALS", OUT_JSON},
};

static bool list(const struct call *call, const char *key, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(call->work->db, &sql_quota_list, &rows, err, V_TEXT(key)))
        return false;
    output_db("kaquan.quota.1", columns, ARRAY_LEN(columns), &rows, call->work);
    return true;
}

bool cmd_quota_list(struct call *call, struct err *err) {
    const char *key = call->arguments > 0 ? call->argument[0] : NULL;
    struct account account;
    return (key == NULL || account_get(call->work->db, key, &account, err)) && list(call, key, err);
}

bool cmd_quota_refresh(struct call *call, struct err *err) {
    struct account account;
    struct wx wx;
    int learnt;
    if (!account_get(call->work->db, call->arguments > 0 ? call->argument[0] : NULL, &account, err) ||
        !work_wx(call->work, account.id, &wx, err) || !quota_learn(&wx, &learnt, err))
        return false;
    say(call, "%s: %d interfaces have a limit that WeChat tells", account.key, learnt);
    return list(call, account.key, err);
}

/* --- quota reset --- */

static bool used_up(const struct account *account, struct err *err) {
    fail(err, ERR_BUSY, "the month's %d resets of %s are used up", RESETS_A_MONTH, account->key);
    return fail_cure(err, "wait until midnight in China for the day's calls; resets begin anew with the month");
}

static bool another_waits(const struct account *account, struct err *err) {
    fail(err, ERR_BUSY, "another reset of %s waits for the worker", account->key);
    return fail_cure(err, "kaquan-worker job list --state queued");
}

/* One of the month's 10, on record before WeChat is asked: the worker does that. */
static bool take(struct db *db, const struct act *act, const struct account *account, const char *interface,
                 int64_t *used, struct err *err) {
    AUTO_ROWS struct db_rows locked = {0}, rows = {0};
    if (!db_query(db, &sql_account_lock, &locked, err, V_TEXT(account->key)) ||
        !db_query(db, &sql_quota_reset_add, &rows, err, V_INT(account->id), V_TEXT(act->person), V_TEXT(interface)))
        return false;
    if (rows.count == 0)
        return used_up(account, err);
    *used = db_int(&rows, 0, "used");
    return !db_bool(&rows, 0, "other") || another_waits(account, err);
}

static bool queue(struct call *call, const struct account *account, int64_t *used, int64_t *job, struct err *err) {
    const char *interface = call->option[OPT_INTERFACE];
    AUTO_JSON cJSON *after = json_new();
    AUTO_BUF struct buf text = {0};
    struct db *db = call->work->db;
    struct act act = call_act(call);
    char object[64];
    if (!db_begin(db, err))
        return false;
    if (!take(db, &act, account, interface, used, err) ||
        !job_queue(db, "quota_reset", account->id, 0, NULL, job, err))
        return audit_undo(db);
    snprintf(object, sizeof object, "account %s", account->key);
    json_add_int(after, "reset", *used);
    json_add_int(after, "of", RESETS_A_MONTH);
    if (interface != NULL)
        json_add_text(after, "interface", interface);
    json_print(&text, after);
    return audit_commit(db, &act, "quota_reset", object, NULL, buf_str(&text), err);
}

/* As WeChat names it: /card/create. */
static bool check_interface(const char *path, struct err *err) {
    if (path == NULL || (path[0] == '/' && strlen(path) < INTERFACE_MAX))
        return true;
    fail(err, ERR_USAGE, "\"%s\" is no path of an interface", path);
    return fail_cure(err, "as `kaquan-worker quota list` names it: /card/create");
}

bool cmd_quota_reset(struct call *call, struct err *err) {
    static const struct output_column column[] = {{"job", "job", OUT_ID}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.queued.1", column, 1);
    struct account account;
    int64_t used = 0, job;
    char undone[100];
    const char *interface = call->option[OPT_INTERFACE];
    if (!check_interface(interface, err) || !account_get(call->work->db, call->argument[0], &account, err) ||
        !ask_name(call, account.key, err,
                  "WeChat will count today's calls of %s (%s) from 0 again. It grants this %d times a month.",
                  account.key, interface != NULL ? interface : _("all interfaces"), RESETS_A_MONTH) ||
        !queue(call, &account, &used, &job, err))
        return false;
    say(call, "job %lld lets the day's calls of %s count from 0 again: reset %lld of %d this month", (long long)job,
        account.key, (long long)used, RESETS_A_MONTH);
    snprintf(undone, sizeof undone, _("the calls of %s were not reset"), account.key);
    if (call->option[OPT_WAIT] != NULL && !follow_job(call->work, job, account.key, undone, err))
        return false;
    output_int(&o, job);
    output_record(&o, call->work);
    return true;
}
