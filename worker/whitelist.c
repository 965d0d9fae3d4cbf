#include "whitelist.h"

#include <string.h>

#include "lang.h"
#include "wechat.h"

#define HOUR 3600.0

/* clang-format off */
static const struct whitelist_cause causes[] = {
    {40164, "refused",  60,        N_("about a minute after the address was added")},
    {45035, "refused",  60,        N_("about a minute after the address was added")},
    {61004, "refused",  60,        N_("about a minute after the address was added")},
    {89501, "confirm",  60,        N_("as soon as the administrator confirmed the message that waits")},
    {89502, "confirm",  60,        N_("as soon as the administrator confirmed")},
    {89503, "confirm",  60,        N_("as soon as the administrator confirmed; from the same address")},
    {89504, "confirm",  60,        N_("as soon as the administrator confirmed")},
    {89505, "confirm",  60,        N_("as soon as the administrator confirmed")},
    {89507, "rejected", HOUR,      N_("an hour after the administrator refused")},
    {89506, "rejected", 24 * HOUR, N_("24 hours after the administrator refused for the second time")},
    {40243, "frozen",   600,       N_("about 10 minutes after the AppSecret was unfrozen")},
};
/* clang-format on */

const struct whitelist_cause *whitelist_cause(int errcode) {
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        if (causes[i].errcode == errcode)
            return &causes[i];
    return NULL;
}

/* 61004 without a word on the caller's address is a missing permission. */
static const struct whitelist_cause *cause_of(const struct err *why) {
    if (why->errcode == 61004 && strstr(why->text, "clientip") == NULL)
        return NULL;
    return whitelist_cause(why->errcode);
}

/* Of the last answer that named one: the administrator's refusals name none. */
static bool last_address(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(work->db, &sql_egress_last, &rows, err, V_INT(account_id), V_TEXT(work->host)))
        return false;
    text_copy(answer->address, sizeof(answer->address), rows.count ? db_text(&rows, 0, "address") : "");
    return true;
}

/* What the whitelist refused is on record already. */
static bool record(struct work *work, int64_t account_id, const struct err *why, struct err *err) {
    return wx_classify(WX_TOKENS, why->errcode) == WX_HOST ||
           db_do(work->db, &sql_whitelist_check_add, err, V_INT(account_id), V_TEXT(work->host), V_NULL,
                 V_TEXT("unknown"), V_INT(why->errcode), V_TEXT(why->text));
}

static bool refused(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err) {
    struct err why = *err;
    answer->cause = cause_of(&why);
    if (answer->cause == NULL)
        return false;
    if (!wx_address_of(why.text, answer->address) && !last_address(work, account_id, answer, err))
        return false;
    return record(work, account_id, &why, err);
}

bool whitelist_ask(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err) {
    struct wx_tools tools;
    enum credential_outcome outcome;
    *answer = (struct whitelist_answer){0};
    if (!work_tools(work, &tools, err) ||
        !db_do(work->db, &sql_credential_retry, err, V_INT(account_id), V_BOOL(false)))
        return false;
    if (!credential_refresh(&tools, account_id, CREDENTIAL_TOKEN, true, &outcome, err))
        return refused(work, account_id, answer, err);
    answer->listed = outcome != CREDENTIAL_NOTHING;
    return answer->listed || fail(err, ERR_BUSY, "another worker is at this account's token: ask again in a minute");
}
