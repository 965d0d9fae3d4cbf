#include "wx_usage.h"

#include <math.h>
#include <string.h>

#include "lang.h"
#include "log.h"
#include "random.h"

enum { DAY_USED_UP = 45009 };

static bool kept_for_people(const struct wx_endpoint *e, double seconds, struct err *err) {
    fail(err, ERR_BUSY, "%s: what is left of the day's limit is kept for people for %.0f s more", e->path,
         ceil(seconds));
    return fail_cure(
        err, "`kaquan-worker quota refresh` asks WeChat again what is left; the reserve is the site's quota_reserve");
}

static bool stopped(struct db *db, int64_t account_id, const char *host, const struct wx_endpoint *e,
                    struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const struct wx_rule *rule;
    if (!db_query(db, &sql_api_usage_why, &rows, err, V_INT(account_id), V_TEXT(e->path), V_TEXT(host)))
        return false;
    if (rows.count == 0)
        return fail(err, ERR_BUSY, "%s: it was stopped until just now", e->path);
    if (strcmp(db_text(&rows, 0, "class"), "reserve") == 0)
        return kept_for_people(e, db_number(&rows, 0, "seconds"), err);
    rule = wx_rule(wx_class_named(db_text(&rows, 0, "class")));
    if (db_null(&rows, 0, "seconds")) {
        fail(err, rule->kind, "%s is stopped for this account: %s", e->path, _(rule->help));
        return fail_cure(err, "choose \"try again\" on the account's page once the cause is gone");
    }
    return fail(err, rule->blocks_host ? rule->kind : ERR_BUSY, "%s is stopped for %.0f s more: %s", e->path,
                ceil(db_number(&rows, 0, "seconds")), _(rule->help));
}

bool wx_usage_spend(const struct wx_tools *tools, int64_t account_id, const struct wx_endpoint *e,
                    struct wx_spent *spent, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    bool may_be_stopped = e->group == WX_CARDS || e->group == WX_UTILITY;
    if (!db_query(tools->db, &sql_api_usage_spend, &rows, err, V_INT(account_id), V_TEXT(e->path),
                  V_TEXT(tools->host), V_BOOL(may_be_stopped), V_BOOL(tools->by_person)))
        return false;
    if (rows.count == 0)
        return stopped(tools->db, account_id, tools->host, e, err);
    *spent = (struct wx_spent){(int)db_int(&rows, 0, "fail_streak"), db_number(&rows, 0, "wechat_now")};
    return true;
}

bool wx_usage_note(struct db *db, int64_t account_id, const struct wx_endpoint *e, const struct wx_spent *spent,
                   const struct wx_reply *reply, struct err *err) {
    const struct wx_rule *rule = wx_rule(reply->class);
    bool counts = rule->stop_after > 0;
    struct db_value stop = V_NULL;
    if (reply->errcode == 0 && !counts && spent->streak == 0)
        return true; /* nothing to write: the usual case */
    if (counts && spent->streak + 1 >= rule->stop_after)
        stop = V_SECONDS(wx_wait(reply->class, reply->errcode, spent->streak, random_unit(), spent->now));
    return db_do(db, &sql_api_usage_note, err, V_INT(account_id), V_TEXT(e->path), V_INT(reply->errcode),
                 V_BOOL(counts), V_TEXT(rule->name), stop) &&
           (reply->errcode != DAY_USED_UP ||
            db_do(db, &sql_api_limit_refused, err, V_INT(account_id), V_TEXT(e->path)));
}

bool wx_usage_resume(struct db *db, int64_t account_id, const struct wx_endpoint *e, struct err *err) {
    return db_do(db, &sql_api_usage_resume, err, V_INT(account_id), V_TEXT(e->path));
}

bool wx_host_refused(struct db *db, int64_t account_id, const char *host, const struct wx_reply *reply,
                     struct err *err) {
    char address[WX_ADDRESS_SIZE];
    double wait = wx_wait(WX_HOST, reply->errcode, 0, 0, 0);
    const char *seen = wx_address_of(reply->errmsg, address) ? address : NULL;
    log_error("wx_host_refused", F_INT("account", account_id), F_TEXT("host", host), F_INT("errcode", reply->errcode),
              F_TEXT("address", seen == NULL ? "" : seen));
    return db_do(db, &sql_host_block_set, err, V_INT(account_id), V_TEXT(host), V_INT(reply->errcode),
                 V_SECONDS(wait), V_TEXT(seen)) &&
           db_do(db, &sql_whitelist_check_add, err, V_INT(account_id), V_TEXT(host), V_TEXT(seen), V_TEXT("refused"),
                 V_INT(reply->errcode), V_TEXT(reply->errmsg));
}

bool wx_host_listed(struct db *db, int64_t account_id, const char *host, struct err *err) {
    return db_do(db, &sql_host_block_end, err, V_INT(account_id), V_TEXT(host)) &&
           db_do(db, &sql_whitelist_check_add, err, V_INT(account_id), V_TEXT(host), V_NULL, V_TEXT("listed"),
                 V_INT(0), V_NULL);
}
