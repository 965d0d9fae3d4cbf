/* The part of template.h that follows a review. */
#include "template.h"

#include "template_status.h"

enum { ASK_AGAIN_S = 300 }; /* WeChat's seconds: a review takes up to three working days */

bool template_reviewed(struct db *db, const char *card_id, const char *wechat_status, const char *reason, int64_t at,
                       bool *applied, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    const char *told = reason != NULL && reason[0] != '\0' ? reason : NULL;
    if (!db_query(db, &sql_template_reviewed, &rows, err, V_TEXT(card_id), V_TEXT(template_status_of(wechat_status)),
                  V_TEXT(wechat_status), V_TEXT(told), at > 0 ? V_INT(at) : V_NULL, V_SECONDS(ASK_AGAIN_S)))
        return false;
    *applied = rows.count == 1;
    return true;
}
