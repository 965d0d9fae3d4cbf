#include "whitelist.h"

#include "wechat.h"

/* The address of the refusal just recorded. */
static bool last_address(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(work->db, &sql_whitelist_check_last, &rows, err, V_INT(account_id), V_TEXT(work->host)))
        return false;
    text_copy(answer->address, sizeof(answer->address), rows.count ? db_text(&rows, 0, "address") : "");
    return true;
}

bool whitelist_ask(struct work *work, int64_t account_id, struct whitelist_answer *answer, struct err *err) {
    struct wx_tools tools;
    enum credential_outcome outcome;
    *answer = (struct whitelist_answer){0};
    if (!work_tools(work, &tools, err) ||
        !db_do(work->db, &sql_credential_retry, err, V_INT(account_id), V_BOOL(false)))
        return false;
    if (credential_refresh(&tools, account_id, CREDENTIAL_TOKEN, true, &outcome, err)) {
        answer->listed = outcome != CREDENTIAL_NOTHING;
        return answer->listed ||
               fail(err, ERR_BUSY, "another worker is at this account's token: ask again in a minute");
    }
    if (wx_classify(WX_TOKENS, err->errcode) != WX_HOST)
        return false;
    return last_address(work, account_id, answer, err);
}
